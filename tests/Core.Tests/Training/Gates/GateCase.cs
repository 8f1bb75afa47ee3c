using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Evidence with as little in it as a gate needs.</summary>
internal static class GateCase
{
    public static ModelSignature Signature(int classes, double? threshold = null) => new(
        [new ColumnSchema("region", ColumnType.Category, Nullable: true)],
        "y",
        classes switch { 0 => TaskType.Regression, 2 => TaskType.Binary, _ => TaskType.Multiclass },
        [.. Enumerable.Range(0, classes).Select(k => $"class {k}")],
        threshold);

    /// <param name="scores">Of the positive class, or the predicted values.</param>
    public static GateEvidence Of(
        double[] scores,
        double[] target,
        int classes = 2,
        double[]? champion = null,
        DataFrame? heldOut = null,
        double? threshold = null,
        params LatencyFigures[] latencies) => new(
            Signature(classes, threshold),
            Predictions(scores, classes),
            heldOut ?? new DataFrame([Strings("region", [.. target.Select(_ => "north")])]),
            target,
            ModelBytes: 1_000,
            latencies,
            champion is null ? null : new Champion(3, Signature(classes), Predictions(champion, classes)),
            Seed: 1);

    public static GateVerdict Decide(GateSpec gate, GateEvidence evidence) => Gates.Decide([gate], evidence, default);

    public static GateFinding Only(GateSpec gate, GateEvidence evidence) => Assert.Single(Decide(gate, evidence).Findings);

    public static StringColumn Strings(string name, string?[] values)
    {
        var levels = values.OfType<string>().Distinct().ToArray();
        return new StringColumn(
            new ColumnSchema(name, ColumnType.Category, Nullable: true),
            [.. values.Select(value => value is null ? StringColumn.Missing : Array.IndexOf(levels, value))],
            levels);
    }

    public static NumericColumn Numbers(string name, params double[] values) =>
        new(new ColumnSchema(name, ColumnType.Number, Nullable: true), values);

    private static double[] Predictions(double[] scores, int classes) =>
        classes is 2 ? [.. scores.SelectMany(score => new[] { 1 - score, score })] : scores;
}
