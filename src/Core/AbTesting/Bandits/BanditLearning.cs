using System.Globalization;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.AbTesting;

/// <summary>Makes the shares of bandits' arms of the rewards on their predictions.</summary>
/// <remarks>
/// <para>The log is summed hour by hour, and what an hour came to is kept in a row under the hour's mark. An hour is read again, whole,
/// only when its mark is another one, because predictions or feedback were added; its sums then replace what was there. So a reward
/// counts once however late or often it comes, a run that is cut short has spoilt nothing, and memory holds the sums of an hour for each
/// arm, however many predictions there were.</para>
/// <para>Rewards of the last <see cref="Memory"/> count. An arm that gets another target begins anew; the others keep what is known of
/// them. An arm that follows an alias keeps what is known when the alias moves.</para>
/// </remarks>
public sealed class BanditLearning(
    EndpointStore endpoints, PredictionsWithFeedback predictions, ITableStore tables, TimeProvider time)
{
    /// <summary>How long a reward counts at most, by the time of its prediction.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(31);

    // What is left of a reward that has faded beyond this changes nothing.
    private const double Forgotten = 1e-9;

    // A share that has moved by less is not worth telling every process of.
    private const double Unchanged = 1e-6;

    private const string ArmsRow = "arms";
    private const string HourPrefix = "hour:";

    /// <summary>Learns what one bandit can learn.</summary>
    /// <param name="endpoint">With what it has learned so far.</param>
    /// <returns>Whether it got other shares.</returns>
    public async Task<bool> LearnAsync(TenantId tenant, Endpoint endpoint, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var settings = endpoint.Policy.Bandit ?? new BanditSettings();
        var since = await SinceAsync(tenant, endpoint, cancellationToken);
        var hours = await HoursAsync(tenant, endpoint, since, now, cancellationToken);
        var arms = endpoint.Policy.Arms.Select(arm => ArmRewards.Sum(
            hours.Select(hour => hour.Value.Of(arm.Name, since[arm.Name])?.Faded(Fading(settings, now - hour.Key))))).ToList();
        if (arms.All(arm => arm is null) && endpoint.Learned is null)
        {
            return false;
        }

        var shares = PolicyOf(settings, [.. arms.OfType<ArmRewards>()])
            .Probabilities([.. arms.Select(arm => arm?.Sums ?? RewardSums.Empty)]);
        var learned = endpoint.Policy.Arms.Zip(shares).ToDictionary(arm => arm.First.Name, arm => arm.Second, StringComparer.Ordinal);
        if (endpoint.Learned is { } before && IsAbout(before.Shares, learned))
        {
            return false;
        }

        await endpoints.LearnAsync(tenant, endpoint.Name, new LearnedShares(learned, now), cancellationToken);
        return true;
    }

    /// <summary>The revision of the endpoint from which on each arm has had its target.</summary>
    private async Task<IReadOnlyDictionary<string, int>> SinceAsync(
        TenantId tenant, Endpoint endpoint, CancellationToken cancellationToken)
    {
        var row = await tables.FindAsync(new TableKey(Partition(tenant, endpoint), ArmsRow), cancellationToken);
        var known = row?.Read<Dictionary<string, KnownArm>>() ?? [];
        var arms = endpoint.Policy.Arms.ToDictionary(
            arm => arm.Name,
            arm => known.GetValueOrDefault(arm.Name) is { } before && before.Target == arm.Target.ToString()
                ? before
                : new KnownArm(arm.Target.ToString(), row is null ? 1 : endpoint.Revision),
            StringComparer.Ordinal);
        if (!arms.OrderBy(arm => arm.Key, StringComparer.Ordinal).SequenceEqual(known.OrderBy(arm => arm.Key, StringComparer.Ordinal)))
        {
            await tables.CommitAsync(
                Partition(tenant, endpoint), [new TableWrite.Upsert(ArmsRow, Documents.Write(arms))], cancellationToken);
        }

        return arms.ToDictionary(arm => arm.Key, arm => arm.Value.Since, StringComparer.Ordinal);
    }

    /// <summary>What the hours that still count came to.</summary>
    private async Task<SortedDictionary<DateTimeOffset, HourRewards>> HoursAsync(
        TenantId tenant,
        Endpoint endpoint,
        IReadOnlyDictionary<string, int> since,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var from = endpoint.CreatedAt > now - Memory ? endpoint.CreatedAt : now - Memory;
        var known = await KnownAsync(tenant, endpoint, from, cancellationToken);
        foreach (var hour in await predictions.HoursAsync(tenant, endpoint.Name, new LogRange(from, now), cancellationToken))
        {
            if (known.GetValueOrDefault(hour.Start)?.Mark != hour.Mark)
            {
                var rewards = new HourRewards(hour.Mark, await SumAsync(tenant, endpoint, hour.Range, since, cancellationToken));
                await tables.CommitAsync(
                    Partition(tenant, endpoint), [new TableWrite.Upsert(Row(hour.Start), Documents.Write(rewards))], cancellationToken);
                known[hour.Start] = rewards;
            }
        }

        return known;
    }

    private async Task<SortedDictionary<DateTimeOffset, HourRewards>> KnownAsync(
        TenantId tenant, Endpoint endpoint, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var (known, old) = (new SortedDictionary<DateTimeOffset, HourRewards>(), new List<TableWrite>());
        var scan = TableScan.WithPrefix(Partition(tenant, endpoint), HourPrefix);
        do
        {
            var page = await tables.ScanAsync(scan, cancellationToken);
            foreach (var row in page.Rows)
            {
                var start = DateTimeOffset.ParseExact(
                    row.Key.Row[HourPrefix.Length..], "yyyyMMddHH", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                if (start + TimeSpan.FromHours(1) > from)
                {
                    known.Add(start, row.Read<HourRewards>());
                }
                else
                {
                    old.Add(new TableWrite.Delete(row.Key.Row));
                }
            }

            scan = scan with { Continuation = page.Continuation };
        }
        while (scan.Continuation is not null);
        foreach (var some in old.Chunk(TableLimits.MaxWritesPerCommit))
        {
            await tables.CommitAsync(Partition(tenant, endpoint), some, cancellationToken);
        }

        return known;
    }

    private async Task<Dictionary<string, ArmRewards>> SumAsync(
        TenantId tenant,
        Endpoint endpoint,
        LogRange range,
        IReadOnlyDictionary<string, int> since,
        CancellationToken cancellationToken)
    {
        var sums = new Dictionary<string, ArmRewards>(StringComparer.Ordinal);
        await foreach (var (entry, outcomes) in predictions.ReadAsync(tenant, endpoint.Name, range, cancellationToken))
        {
            if (entry is LogEntry.Record { Head: var head } && outcomes.Values.Any(outcome => outcome.Reward is not null)
                && since.TryGetValue(head.Arm, out var first) && head.At >= endpoint.CreatedAt && head.Revision >= first)
            {
                var key = HourRewards.Key(head.Arm, first);
                foreach (var reward in outcomes.Values.Select(outcome => outcome.Reward).OfType<double>())
                {
                    sums[key] = ArmRewards.Add(sums.GetValueOrDefault(key), Observed.Bounded(reward));
                }
            }
        }

        return sums;
    }

    private static double Fading(BanditSettings settings, TimeSpan age) => Math.Pow(settings.Discount, Math.Max(0, age.TotalDays));

    private static BanditPolicy PolicyOf(BanditSettings settings, IReadOnlyList<ArmRewards> arms)
    {
        var least = arms.Select(arm => arm.Least).DefaultIfEmpty(0).Min();
        var greatest = arms.Select(arm => arm.Greatest).DefaultIfEmpty(1).Max();
        var isSuccess = least >= 0 && greatest <= 1;
        return settings.Algorithm switch
        {
            BanditAlgorithm.EpsilonGreedy => new BanditPolicy.EpsilonGreedy(settings.Epsilon, settings.Floor),
            BanditAlgorithm.Ucb1 => new BanditPolicy.UpperConfidence(
                isSuccess || greatest <= least ? 1 : greatest - least, settings.Floor),
            _ => new BanditPolicy.Thompson(isSuccess ? RewardKind.Success : RewardKind.Real, settings.Floor),
        };
    }

    private static bool IsAbout(IReadOnlyDictionary<string, double> before, Dictionary<string, double> now) =>
        before.Count == now.Count
        && now.All(arm => before.TryGetValue(arm.Key, out var share) && Math.Abs(share - arm.Value) < Unchanged);

    /// <remarks>An endpoint that was removed and made again has learned nothing yet.</remarks>
    private static string Partition(TenantId tenant, Endpoint endpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant}:bandit:{endpoint.Name}:{endpoint.CreatedAt.UtcTicks}");

    private static string Row(DateTimeOffset hour) =>
        string.Create(CultureInfo.InvariantCulture, $"{HourPrefix}{hour.UtcDateTime:yyyyMMddHH}");

    /// <param name="Since">A revision of the endpoint.</param>
    private sealed record KnownArm(string Target, int Since);

    /// <param name="Arms">By arm and the revision since which it counts.</param>
    private sealed record HourRewards(string Mark, IReadOnlyDictionary<string, ArmRewards> Arms)
    {
        public static string Key(string arm, int since) => string.Create(CultureInfo.InvariantCulture, $"{arm}@{since}");

        public ArmRewards? Of(string arm, int since) => Arms.GetValueOrDefault(Key(arm, since));
    }

    private sealed record ArmRewards(RewardSums Sums, double Least, double Greatest)
    {
        public static ArmRewards Add(ArmRewards? before, double reward) => before is null
            ? new(RewardSums.Empty.Add(reward), reward, reward)
            : new(before.Sums.Add(reward), Math.Min(before.Least, reward), Math.Max(before.Greatest, reward));

        /// <returns>Nothing of nothing.</returns>
        public static ArmRewards? Sum(IEnumerable<ArmRewards?> parts) => parts.OfType<ArmRewards>().Aggregate(
            default(ArmRewards),
            (sum, part) => sum is null
                ? part
                : new(sum.Sums.Merge(part.Sums), Math.Min(sum.Least, part.Least), Math.Max(sum.Greatest, part.Greatest)));

        public ArmRewards? Faded(double factor) => factor < Forgotten ? null : this with { Sums = Sums.Discount(factor) };
    }
}
