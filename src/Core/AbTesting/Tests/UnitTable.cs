using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What is known of each unit of a test: its arm, and of each metric a sum and a count.</summary>
/// <remarks>
/// Memory is bounded: a unit takes 16 bytes of hash, about 60 of table and 12 for each metric, whatever its name and number of requests;
/// and no more than <see cref="TestPlan.MaximumUnits"/> are taken in. Which ones those are has nothing to do with their arms.
/// A request that names no unit is one of its own.
/// </remarks>
internal sealed class UnitTable
{
    private const byte Mixed = byte.MaxValue;

    private readonly IReadOnlyList<TestMetric> _metrics;
    private readonly Covariate? _covariate;
    private readonly long _most;
    private readonly Dictionary<string, byte> _arms;
    private readonly Dictionary<UInt128, int> _places = [];
    private readonly List<byte> _armOf = [];
    private readonly List<double> _sums = [];
    private readonly List<int> _counts = [];
    private readonly List<(long At, double Value)> _before = [];
    private readonly long[] _exposures;

    /// <param name="metrics">The primary one first.</param>
    public UnitTable(AbTest test, IReadOnlyList<TestMetric> metrics)
    {
        (_metrics, _covariate, _most) = (metrics, test.Plan.Covariate, test.Plan.MaximumUnits);
        _arms = test.Plan.Arms.Select((arm, index) => (arm.Name, index))
            .ToDictionary(arm => arm.Name, arm => (byte)arm.index, StringComparer.Ordinal);
        _exposures = new long[_arms.Count];
    }

    /// <summary>Units that were not taken in any more.</summary>
    public long Refused { get; private set; }

    /// <summary>Units that were seen in two arms, which are in neither.</summary>
    public long Crossed => _armOf.LongCount(arm => arm is Mixed);

    /// <summary>The requests of each arm.</summary>
    public IReadOnlyList<long> Exposures => _exposures;

    /// <summary>The units of each arm.</summary>
    public long[] Units()
    {
        var units = new long[_arms.Count];
        foreach (var arm in _armOf.Where(arm => arm is not Mixed))
        {
            units[arm]++;
        }

        return units;
    }

    /// <summary>Takes in a request of the test.</summary>
    public void Add(LogEntry.Record record, IReadOnlyDictionary<int, KnownOutcome> outcomes)
    {
        var head = record.Head;
        if (!_arms.TryGetValue(head.Arm, out var arm) || PlaceOf(head, arm) is not { } place)
        {
            return;
        }

        _exposures[arm]++;
        if (_armOf[place] != arm)
        {
            _armOf[place] = Mixed;
            return;
        }

        var outputs = OutputsOf(record, outcomes);
        for (var metric = 0; metric < _metrics.Count; metric++)
        {
            var at = (place * _metrics.Count) + metric;
            var (sum, count) = Measure(_metrics[metric], head, outputs, outcomes);
            _sums[at] += sum;
            _counts[at] += count;
        }

        if (_covariate is { Input: { } input } && head.At.UtcTicks < _before[place].At)
        {
            _before[place] = (head.At.UtcTicks, Number(record.Read(), input));
        }
    }

    /// <summary>Takes in a request from before the test, of a unit that is in it.</summary>
    public void AddBefore(
        LogEntry.Record record,
        IReadOnlyDictionary<int, KnownOutcome> outcomes,
        Dictionary<int, (double Sum, int Count)> sums)
    {
        if (record.Head.Unit is { } unit && _places.TryGetValue(Hash(unit), out var place))
        {
            var (sum, count) = Measure(_metrics[0], record.Head, OutputsOf(record, outcomes), outcomes);
            var (before, counted) = sums.GetValueOrDefault(place);
            sums[place] = (before + sum, counted + count);
        }
    }

    /// <summary>Ends the pre-period.</summary>
    public void KeepBefore(Dictionary<int, (double Sum, int Count)> sums)
    {
        foreach (var (place, (sum, count)) in sums)
        {
            _before[place] = (0, Value(_metrics[0], sum, count) ?? double.NaN);
        }
    }

    /// <summary>How many units of each arm said yes to a conversion.</summary>
    public ProportionSums[] Proportions(int metric)
    {
        var (yes, all) = (new long[_arms.Count], new long[_arms.Count]);
        foreach (var (arm, value, _) in Values(metric))
        {
            all[arm]++;
            yes[arm] += value > 0 ? 1 : 0;
        }

        return [.. all.Zip(yes, (count, successes) => new ProportionSums(count, successes))];
    }

    public MeanSums[] Means(int metric)
    {
        var means = Enumerable.Repeat(MeanSums.Empty, _arms.Count).ToArray();
        foreach (var (arm, value, _) in Values(metric))
        {
            means[arm] = means[arm].Add(value);
        }

        return means;
    }

    /// <summary>The primary metric with the covariate; units of which that is not known have the mean of the others.</summary>
    public PairSums[] Pairs()
    {
        var (sum, count) = (0.0, 0L);
        foreach (var (_, _, place) in Values(0))
        {
            (sum, count) = double.IsNaN(_before[place].Value) ? (sum, count) : (sum + _before[place].Value, count + 1);
        }

        var mean = count > 0 ? sum / count : 0;
        var pairs = Enumerable.Repeat(PairSums.Empty, _arms.Count).ToArray();
        foreach (var (arm, value, place) in Values(0))
        {
            pairs[arm] = pairs[arm].Add(value, double.IsNaN(_before[place].Value) ? mean : _before[place].Value);
        }

        return pairs;
    }

    private IEnumerable<(byte Arm, double Value, int Place)> Values(int metric)
    {
        for (var place = 0; place < _armOf.Count; place++)
        {
            var at = (place * _metrics.Count) + metric;
            if (_armOf[place] is not Mixed && Value(_metrics[metric], _sums[at], _counts[at]) is { } value)
            {
                yield return (_armOf[place], value, place);
            }
        }
    }

    private int? PlaceOf(LoggedHead head, byte arm)
    {
        var unit = Hash(head.Unit ?? head.Id);
        if (_places.TryGetValue(unit, out var place))
        {
            return place;
        }

        if (_armOf.Count >= _most)
        {
            Refused++;
            return null;
        }

        place = _armOf.Count;
        _places.Add(unit, place);
        _armOf.Add(arm);
        _sums.AddRange(new double[_metrics.Count]);
        _counts.AddRange(new int[_metrics.Count]);
        if (_covariate is not null)
        {
            _before.Add((long.MaxValue, double.NaN));
        }

        return place;
    }

    private static UInt128 Hash(string unit) => XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(unit));

    /// <summary>The unit's number, given what its requests came to.</summary>
    /// <returns>Nothing where nothing is known.</returns>
    private static double? Value(TestMetric metric, double sum, int count) => metric.Kind switch
    {
        MetricKind.Conversion => sum > 0 ? 1 : 0,
        MetricKind.RewardTotal => Observed.Bounded(sum),
        _ => count > 0 ? Observed.Bounded(sum / count) : null,
    };

    /// <summary>What was predicted, if anything became known of it: most requests need not be read whole.</summary>
    private static IReadOnlyList<LoggedOutput> OutputsOf(LogEntry.Record record, IReadOnlyDictionary<int, KnownOutcome> outcomes) =>
        outcomes.Count > 0 ? record.Read().Outputs : [];

    private static (double Sum, int Count) Measure(
        TestMetric metric, LoggedHead head, IReadOnlyList<LoggedOutput> outputs, IReadOnlyDictionary<int, KnownOutcome> outcomes)
    {
        if (metric.Kind is MetricKind.Latency)
        {
            return (head.LatencyMs, 1);
        }

        var (sum, count) = (0.0, 0);
        foreach (var (row, outcome) in outcomes)
        {
            if (row < outputs.Count && Measure(metric, outputs[row], outcome) is { } value)
            {
                (sum, count) = (sum + Observed.Bounded(value), count + 1);
            }
        }

        return (sum, count);
    }

    private static double? Measure(TestMetric metric, LoggedOutput output, KnownOutcome outcome) => metric.Kind switch
    {
        MetricKind.Conversion => metric.Label is { } wanted ? One(outcome.Label == wanted) : One(outcome.Reward > 0),
        MetricKind.Reward or MetricKind.RewardTotal => outcome.Reward,
        MetricKind.Accuracy => outcome.Label is { } label && output.Probabilities?.ContainsKey(label) is true
            ? One(output.Label == label)
            : null,
        _ => output.Value is { } value && outcome.Label is { } text && LivePerformance.TryNumber(text, out var truth)
            ? Math.Abs(value - truth)
            : null,
    };

    private static double One(bool isSo) => isSo ? 1 : 0;

    /// <returns>NaN if the first row has no such number.</returns>
    private static double Number(LoggedPrediction prediction, string input)
    {
        if (prediction.Inputs.Count is 0 || !prediction.Inputs[0].TryGetProperty(input, out var value))
        {
            return double.NaN;
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.String when DateTimeOffset.TryParse(
                value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) =>
                instant.ToUnixTimeSeconds(),
            _ => double.NaN,
        };
    }
}
