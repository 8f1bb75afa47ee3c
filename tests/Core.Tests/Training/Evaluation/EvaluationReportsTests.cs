using Mlops.Data;
using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Training;

public class EvaluationReportsTests
{
    [Theory]
    [InlineData(TaskType.Binary)]
    [InlineData(TaskType.Multiclass)]
    [InlineData(TaskType.Regression)]
    public void A_report_is_read_back_as_it_was_written(TaskType task)
    {
        var written = Documents.Write(SomeReport.Of(SomeReport.Signature(task)));

        Assert.Equal(written, Documents.Write(Documents.Read<EvaluationReport>(written)));
    }

    [Fact]
    public void Every_metric_lies_in_its_interval_and_is_compared_with_the_baseline()
    {
        var report = SomeReport.Of(SomeReport.Signature(TaskType.Binary), spec: new EvaluationSpec(Bootstrap: 400));

        // A bootstrap of the calibration error is biased upwards, as noise adds to every bin.
        Assert.All(
            report.Metrics.Where(metric => metric.Key is not "ece"),
            metric => Assert.InRange(metric.Value, report.Intervals[metric.Key].Low, report.Intervals[metric.Key].High));
        Assert.Equal((report.Metrics["rocAuc"] - 0.5) / 0.5, report.Improvement["rocAuc"], 1e-12);
        Assert.Equal(1 - (report.Metrics["logLoss"] / report.Baseline["logLoss"]), report.Improvement["logLoss"], 1e-12);
        Assert.DoesNotContain("ece", report.Improvement.Keys);
    }

    [Fact]
    public void Curves_stay_small_however_many_rows_there_are_and_keep_their_ends()
    {
        var rows = 5_000;
        var random = new DeterministicRandom(2);
        var target = Enumerable.Range(0, rows).Select(_ => (double)random.NextInt(2)).ToArray();
        var predictions = target.SelectMany(_ => { var p = random.NextDouble(); return new[] { 1 - p, p }; }).ToArray();
        var signature = SomeReport.Signature(TaskType.Binary);
        var frame = new DataFrame([new NumericColumn(signature.Features[0], new double[rows])]);

        var curve = EvaluationReports.Build(
            new ScoredRows(signature, frame, predictions, target, target), new EvaluationSpec(Bootstrap: 0), new ReportContext(), 1, 1, default).Curves.Single();

        Assert.Equal(200, curve.Roc.Count);
        Assert.Equal((0.0, 0.0, 1.0, 1.0), (curve.Roc[0].X, curve.Roc[0].Y, curve.Roc[^1].X, curve.Roc[^1].Y));
        Assert.Equal(200, curve.PrecisionRecall.Count);
        Assert.Equal(1, curve.PrecisionRecall[^1].X);
        Assert.Equal(curve.Roc.OrderBy(point => point.X).ThenBy(point => point.Y), curve.Roc);
    }

    [Fact]
    public void Slices_that_are_asked_for_are_all_reported()
    {
        var report = SomeReport.Of(SomeReport.Signature(TaskType.Binary), spec: new EvaluationSpec(["x"], Bootstrap: 20));

        Assert.Equal(report.SlicesTested, report.Slices.Count);
        Assert.All(report.Slices, slice => Assert.Equal("x", slice.Conditions.Single().Column));
        Assert.Equal(SomeReport.Rows, report.Slices.Sum(slice => slice.Rows));
        Assert.All(report.Slices, slice => Assert.NotNull(slice.Interval));
    }

    [Fact]
    public void A_slice_column_that_is_not_there_is_named() =>
        Assert.Contains(
            "evaluation.slices[1]: the data set has no column 'z'",
            Assert.Throws<TrainingRefusedException>(() => SomeReport.Of(
                SomeReport.Signature(TaskType.Binary), spec: new EvaluationSpec(["x", "z"]))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Columns_that_the_data_has_not_are_found_before_training()
    {
        var frame = new DataFrame([new StringColumn(new ColumnSchema("when", ColumnType.Text, Nullable: false), [0], ["now"])]);
        var spec = new TrainingSpec("m", "d", "y",
            Split: new SplitSpec(Kind: FoldKind.TimeOrdered, Column: "when"),
            Validation: new CrossValidationSpec(Kind: FoldKind.Grouped, Column: "who"),
            Evaluation: new EvaluationSpec(["where"], CrossValidation: new CrossValidationSpec(Kind: FoldKind.Grouped, Column: "when")));

        Assert.Equal(
            ["split.column", "validation.column", "evaluation.slices[0]"], EvaluationColumns.Check(spec, frame).Select(error => error.Path));
    }
}
