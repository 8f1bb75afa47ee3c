using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Serving;

public sealed class FeedbackStoreTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly LogOnDisk _disk = new();

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    [Fact]
    public void Of_several_labels_and_rewards_the_latest_counts_in_whatever_order_they_come() =>
        Check.QuickThrowOnFailure(Prop.ForAll<Tuple<byte, bool, bool>[], int>((told, seed) =>
        {
            // Different times: of equal ones the last to come counts, which is an order.
            var feedback = told.Select((one, i) => new Feedback(
                "id", 0, Day.AddSeconds((one.Item1 * 1_000) + i), one.Item2 ? $"label {i}" : null, one.Item3 ? i : null)).ToArray();
            var expected = (
                feedback.Where(one => one.Label is not null).MaxBy(one => one.At)?.Label,
                feedback.Where(one => one.Reward is not null).MaxBy(one => one.At)?.Reward);
            new Random(seed).Shuffle(feedback);

            var known = feedback.Concat(feedback).Aggregate(new KnownOutcome(), (outcome, one) => outcome.With(one));

            return (known.Label, known.Reward) == expected;
        }));

    [Fact]
    public async Task Late_repeated_and_early_feedback_joins_its_prediction()
    {
        var (early, late, never) = (_disk.Prediction(), _disk.Prediction(), _disk.Prediction());
        await RecordAsync(new Feedback(early.Id, 0, Day, "yes"));
        await _disk.AppendAsync(early);
        await _disk.AppendAsync(late);
        await _disk.AppendAsync(never);
        await _disk.StopAsync();
        await RecordAsync(new Feedback(late.Id, 0, Day.AddDays(9), "no"), new Feedback(late.Id, 0, Day.AddDays(3), "yes", 2));
        await RecordAsync(new Feedback(late.Id, 0, Day.AddDays(9), "no"));

        var joined = await JoinedAsync();

        Assert.Equal("yes", joined[early.Id][0].Label);
        Assert.Equal(("no", 2), (joined[late.Id][0].Label, joined[late.Id][0].Reward));
        Assert.Empty(joined[never.Id]);
    }

    [Fact]
    public async Task Rows_of_one_request_have_feedback_of_their_own()
    {
        var prediction = _disk.Prediction();
        await _disk.AppendAsync(prediction);
        await _disk.StopAsync();

        await RecordAsync(new Feedback(prediction.Id, 12, Day, "a"), new Feedback(prediction.Id, 3, Day, "b"));

        var rows = (await JoinedAsync())[prediction.Id];
        Assert.Equal([(3, "b"), (12, "a")], rows.OrderBy(row => row.Key).Select(row => (row.Key, row.Value.Label ?? "")));
    }

    [Fact]
    public async Task A_thousand_items_over_hours_and_processes_all_join()
    {
        var other = new LogInstance(IdSource.Random);
        var predictions = Enumerable.Range(0, 1_000).Select(i =>
        {
            var prediction = _disk.Prediction(at: Day.AddMinutes(i % 300));
            return i % 3 is 0 ? prediction with { Id = PredictionIds.New(other, prediction.At) } : prediction;
        }).ToList();
        foreach (var prediction in predictions)
        {
            await _disk.AppendAsync(prediction);
        }

        await _disk.StopAsync();
        await RecordAsync([.. predictions.Select((one, i) => new Feedback(one.Id, 0, Day, $"{i}"))]);
        await RecordAsync([.. predictions.Select((one, i) => new Feedback(one.Id, 0, Day.AddDays(1), $"{i + 1}"))]);

        var joined = await JoinedAsync();
        Assert.All(predictions.Select((one, i) => (one.Id, $"{i + 1}")), pair => Assert.Equal(pair.Item2, joined[pair.Id][0].Label));
    }

    [Fact]
    public async Task Racing_feedback_on_one_row_ends_with_the_latest()
    {
        var prediction = _disk.Prediction();
        await _disk.AppendAsync(prediction);
        await _disk.StopAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Task.Run(() => RecordAsync(new Feedback(prediction.Id, 0, Day.AddMinutes((i * 7) % 20), $"{(i * 7) % 20}")))));

        Assert.Equal("19", (await JoinedAsync())[prediction.Id][0].Label);
    }

    private Task RecordAsync(params Feedback[] feedback) =>
        _disk.Feedback.RecordAsync(TenantId.Default, LogOnDisk.Live, feedback, default);

    private async Task<Dictionary<string, IReadOnlyDictionary<int, KnownOutcome>>> JoinedAsync()
    {
        var found = new Dictionary<string, IReadOnlyDictionary<int, KnownOutcome>>();
        var join = new PredictionsWithFeedback(_disk.Reader, _disk.Feedback);
        await foreach (var entry in join.ReadAsync(TenantId.Default, LogOnDisk.Live, new LogRange(Day, Day.AddDays(1)), default))
        {
            if (entry.Entry is LogEntry.Record record)
            {
                found.Add(record.Head.Id, entry.Outcomes);
            }
        }

        return found;
    }
}
