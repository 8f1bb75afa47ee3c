using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class EvaluationTests
{
    private sealed record Golden(
        int Classes,
        double[] Target,
        double[] Predictions,
        Dictionary<string, double> Expected,
        double? Threshold = null,
        int[][]? Confusion = null,
        double[][]? PerClass = null);

    /// <summary>From scikit-learn; golden/make_metrics.py says how.</summary>
    private static readonly Dictionary<string, Golden> FromScikitLearn = JsonSerializer.Deserialize<Dictionary<string, Golden>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Training/golden/metrics.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<string> Cases() => [.. FromScikitLearn.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Metrics_equal_those_of_scikit_learn(string name)
    {
        var golden = FromScikitLearn[name];

        var report = Evaluation.Evaluate(Signature(golden), golden.Predictions, golden.Target, golden.Target);

        Assert.Equal(golden.Expected.Keys.Order(), report.Metrics.Keys.Order());
        Assert.All(golden.Expected, expected => Assert.Equal(expected.Value, report.Metrics[expected.Key], 1e-9));
        Assert.All(report.Metrics.Keys, metric => Assert.True(MetricCatalog.Find(metric)!.AppliesTo(Signature(golden).Task)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Classes_and_confusion_equal_those_of_scikit_learn(string name)
    {
        var golden = FromScikitLearn[name];
        var target = golden.Target;
        var frame = new DataFrame([new NumericColumn(new ColumnSchema("x", ColumnType.Number, Nullable: false), target)]);

        var report = EvaluationReports.Build(
            new ScoredRows(Signature(golden), frame, golden.Predictions, target, target), new EvaluationSpec(Bootstrap: 0), new ReportContext(), 0, 1, default);

        Assert.Equal(golden.Confusion, report.ConfusionMatrix?.Select(row => row.ToArray()).ToArray());
        Assert.Equal(golden.PerClass?.Length ?? 0, report.Classes.Count);
        Assert.All(report.Classes.Zip(golden.PerClass ?? []), pair =>
        {
            Assert.Equal(pair.Second[0], pair.First.Precision, 1e-12);
            Assert.Equal(pair.Second[1], pair.First.Recall, 1e-12);
            Assert.Equal(pair.Second[2], pair.First.F1, 1e-12);
            Assert.Equal(pair.Second[3], pair.First.Support);
        });
    }

    [Fact]
    public void The_baseline_says_what_is_most_common_in_training()
    {
        var report = Evaluation.Evaluate(Signature(2), [0.9, 0.1, 0.2, 0.8], [0, 1], trainingTarget: [1, 1, 1, 0]);

        Assert.Equal(0.5, report.Baseline["rocAuc"]);
        Assert.Equal(0.5, report.Baseline["accuracy"]);
        Assert.Equal(-(Math.Log(0.25) + Math.Log(0.75)) / 2, report.Baseline["logLoss"], 1e-12);
    }

    [Fact]
    public void A_regression_baseline_is_the_training_mean()
    {
        var report = Evaluation.Evaluate(Signature(0), [1, 2], [1, 3], trainingTarget: [0, 4]);

        Assert.Equal(1, report.Baseline["rmse"], 1e-12);
    }

    [Fact]
    public void An_undefined_metric_is_left_out()
    {
        var report = Evaluation.Evaluate(Signature(2), [0.9, 0.1, 0.2, 0.8], [1, 1], trainingTarget: [0, 1]);

        Assert.DoesNotContain("rocAuc", report.Metrics.Keys);
        Assert.Contains("accuracy", report.Metrics.Keys);
    }

    [Fact]
    public void Predictions_that_do_not_fit_the_rows_are_a_broken_promise() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Evaluation.Evaluate(Signature(2), [0.5], [1], [1]));

    private static ModelSignature Signature(Golden golden) => Signature(golden.Classes) with { DecisionThreshold = golden.Threshold };

    private static ModelSignature Signature(int classes) => new(
        [new ColumnSchema("x", ColumnType.Number, Nullable: false)],
        "y",
        classes switch { 0 => TaskType.Regression, 2 => TaskType.Binary, _ => TaskType.Multiclass },
        [.. Enumerable.Range(0, classes).Select(i => $"{i}")]);
}
