using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Finds everything that is wrong with gates before any data is read.</summary>
internal static class GateSpecCheck
{
    private const int MaxGates = 20;
    private const int MaxColumns = 100;
    private const int MaxBins = 20;
    private const int MinResamples = 100;
    private const int MaxResamples = 10_000;
    private const int MaxLatencyRows = 10_000;

    /// <summary>Which fields a gate of each kind may have.</summary>
    private static readonly Dictionary<GateKind, string[]> Fields = new()
    {
        [GateKind.Metric] =
        [
            nameof(GateSpec.Metric), nameof(GateSpec.AtLeast), nameof(GateSpec.AtMost), nameof(GateSpec.ChampionMargin),
            nameof(GateSpec.MinGain), nameof(GateSpec.Confidence), nameof(GateSpec.Resamples),
        ],
        [GateKind.Slice] =
        [
            nameof(GateSpec.Metric), nameof(GateSpec.AtLeast), nameof(GateSpec.AtMost), nameof(GateSpec.Columns), nameof(GateSpec.MinRows),
        ],
        [GateKind.Fairness] =
        [
            nameof(GateSpec.Column), nameof(GateSpec.Measure), nameof(GateSpec.MaxDifference), nameof(GateSpec.MinRatio),
            nameof(GateSpec.Bins), nameof(GateSpec.MinRows), nameof(GateSpec.Confidence), nameof(GateSpec.Resamples),
        ],
        [GateKind.Latency] = [nameof(GateSpec.P99Milliseconds), nameof(GateSpec.Rows)],
        [GateKind.Size] = [nameof(GateSpec.MaxBytes)],
        [GateKind.Signature] = [nameof(GateSpec.Allow)],
    };

    /// <param name="task">Of the spec, if it names one.</param>
    public static IEnumerable<SpecError> Check(IReadOnlyList<GateSpec> gates, string path, TaskType? task)
    {
        if (gates.Count > MaxGates)
        {
            yield return new SpecError(path, $"expected at most {MaxGates} gates");
        }

        for (var i = 0; i < Math.Min(gates.Count, MaxGates); i++)
        {
            // Reading JSON does not look for null in a list.
            foreach (var error in gates[i] is { } gate ? CheckGate(gate, task) : [new SpecError("", "must not be null")])
            {
                yield return error with { Path = error.Path.Length is 0 ? $"{path}[{i}]" : $"{path}[{i}].{error.Path}" };
            }
        }
    }

    private static IEnumerable<SpecError> CheckGate(GateSpec gate, TaskType? task)
    {
        var kind = gate.KindOrMetric;
        IEnumerable<SpecError> own = kind switch
        {
            GateKind.Metric => CheckMetricGate(gate, task),
            GateKind.Slice => CheckSlice(gate, task),
            GateKind.Fairness => CheckFairness(gate, task),
            GateKind.Latency => CheckLatency(gate),
            GateKind.Size => [.. Unless(gate.MaxBytes is >= 1, "maxBytes", "expected a whole number from 1")],
            _ => [],
        };
        var strangers = Present(gate).Except(Fields[kind]).Select(field => new SpecError(
            CamelCase(field), $"does not belong to a gate of kind {CamelCase(kind.ToString())}, which has {Listed(kind)}"));
        return own.Concat(strangers);
    }

    private static IEnumerable<SpecError> CheckMetricGate(GateSpec gate, TaskType? task) =>
    [
        .. CheckBounds(gate, task),
        .. Unless(
            gate.AtLeast is not null || gate.AtMost is not null || gate.ChampionMargin is not null || gate.MinGain is not null, "",
            "expected atLeast, atMost, championMargin or minGain"),
        .. Unless(gate.ChampionMargin is null or (>= 0 and < double.PositiveInfinity), "championMargin", "expected a number from 0"),
        .. Unless(gate.MinGain is null or (>= 0 and < double.PositiveInfinity), "minGain", "expected a number from 0"),
        .. Unless(
            gate.Confidence is null || gate.ComparesWithChampion, "confidence", "expected only with championMargin or minGain"),
        .. Unless(
            gate.Resamples is null || gate.ComparesWithChampion, "resamples", "expected only with championMargin or minGain"),
        .. CheckInterval(gate),
    ];

    private static IEnumerable<SpecError> CheckSlice(GateSpec gate, TaskType? task) =>
    [
        .. CheckBounds(gate, task),
        .. Unless(gate.AtLeast is not null || gate.AtMost is not null, "", "expected atLeast or atMost"),
        .. Unless(gate.Columns is null or { Count: >= 1 and <= MaxColumns }, "columns", $"expected 1 to {MaxColumns} columns"),
        .. (gate.Columns ?? []).Take(MaxColumns).SelectMany((column, i) => Unless(IsColumn(column), $"columns[{i}]", "expected the name of a column")),
        .. CheckMinRows(gate),
    ];

    private static IEnumerable<SpecError> CheckFairness(GateSpec gate, TaskType? task) =>
    [
        .. Unless(task is null or TaskType.Binary, "kind", "fairness is measured of a model with two classes"),
        .. Unless(IsColumn(gate.Column), "column", "expected the name of a column"),
        .. Unless(gate.Measure is not null, "measure", "expected demographicParity or equalizedOdds"),
        .. Unless(gate.MaxDifference is not null || gate.MinRatio is not null, "", "expected maxDifference or minRatio"),
        .. Unless(gate.MaxDifference is null or (>= 0 and <= 1), "maxDifference", "expected a number from 0 to 1"),
        .. Unless(gate.MinRatio is null or (>= 0 and <= 1), "minRatio", "expected a number from 0 to 1"),
        .. Unless(
            gate.Bins is null || (gate.Bins.Count is > 0 and <= MaxBins && IsAscending(gate.Bins)), "bins",
            $"expected 1 to {MaxBins} finite numbers in ascending order"),
        .. CheckMinRows(gate),
        .. CheckInterval(gate),
    ];

    private static IEnumerable<SpecError> CheckLatency(GateSpec gate) =>
    [
        .. Unless(gate.P99Milliseconds is > 0 and < double.PositiveInfinity, "p99Milliseconds", "expected a number over 0"),
        .. Unless(gate.Rows is null or (>= 1 and <= MaxLatencyRows), "rows", $"expected a whole number from 1 to {MaxLatencyRows}"),
    ];

    private static IEnumerable<SpecError> CheckBounds(GateSpec gate, TaskType? task)
    {
        var metrics = MetricCatalog.All.Where(metric => task is null || metric.AppliesTo(task.Value)).Select(metric => metric.Name);
        return
        [
            .. Unless(metrics.Contains(gate.Metric), "metric", TrainingSpecCheck.OneOf(metrics)),
            .. Unless(double.IsFinite(gate.AtLeast ?? 0), "atLeast", "expected a finite number"),
            .. Unless(double.IsFinite(gate.AtMost ?? 0), "atMost", "expected a finite number"),
        ];
    }

    private static IEnumerable<SpecError> CheckMinRows(GateSpec gate) =>
        Unless(gate.MinRows is null or >= 1, "minRows", "expected a whole number from 1");

    private static IEnumerable<SpecError> CheckInterval(GateSpec gate) =>
    [
        .. Unless(gate.Confidence is null or (> 0 and < 1), "confidence", "expected a number over 0 and under 1"),
        .. Unless(
            gate.Resamples is null or (>= MinResamples and <= MaxResamples), "resamples",
            $"expected a whole number from {MinResamples} to {MaxResamples}"),
    ];

    private static IEnumerable<SpecError> Unless(bool holds, string path, string problem) => holds ? [] : [new SpecError(path, problem)];

    private static bool IsColumn(string? name) => name is { Length: > 0 } && name.Length <= CsvLimits.Default.MaxNameLength;

    private static bool IsAscending(IReadOnlyList<double> bins) =>
        bins.All(double.IsFinite) && bins.Zip(bins.Skip(1)).All(pair => pair.First < pair.Second);

    /// <summary>The names of the fields that were sent.</summary>
    private static IEnumerable<string> Present(GateSpec gate)
    {
        (string Field, object? Value)[] fields =
        [
            (nameof(gate.Metric), gate.Metric), (nameof(gate.AtLeast), gate.AtLeast), (nameof(gate.AtMost), gate.AtMost),
            (nameof(gate.ChampionMargin), gate.ChampionMargin), (nameof(gate.MinGain), gate.MinGain),
            (nameof(gate.Confidence), gate.Confidence), (nameof(gate.Resamples), gate.Resamples), (nameof(gate.Columns), gate.Columns),
            (nameof(gate.MinRows), gate.MinRows), (nameof(gate.Column), gate.Column), (nameof(gate.Measure), gate.Measure),
            (nameof(gate.MaxDifference), gate.MaxDifference), (nameof(gate.MinRatio), gate.MinRatio), (nameof(gate.Bins), gate.Bins),
            (nameof(gate.P99Milliseconds), gate.P99Milliseconds), (nameof(gate.Rows), gate.Rows), (nameof(gate.MaxBytes), gate.MaxBytes),
            (nameof(gate.Allow), gate.Allow),
        ];
        return fields.Where(field => field.Value is not null).Select(field => field.Field);
    }

    private static string Listed(GateKind kind) => string.Join(", ", Fields[kind].Select(CamelCase));

    private static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
