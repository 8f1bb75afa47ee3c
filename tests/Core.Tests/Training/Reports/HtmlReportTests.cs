using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mlops.Registry;

namespace Mlops.Training;

public class HtmlReportTests
{
    private const string Hostile = "</title><script>alert('1')</script>\"&<img src=x onerror=alert(2)>\u0000";

    public static TheoryData<TaskType> Tasks { get; } = [TaskType.Binary, TaskType.Multiclass, TaskType.Regression];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void The_page_is_well_formed_and_loads_nothing(TaskType task)
    {
        var html = Page(SomeReport.Signature(task), SomeReport.Record());

        XDocument.Parse(Wellformed(html));
        Assert.DoesNotMatch("(?i)<script|<link|<iframe|<object|\\shref=|\\ssrc=|\\son[a-z]+=|url\\(|@import", html);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", html, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Names_from_the_data_stay_text(TaskType task)
    {
        var signature = SomeReport.Signature(task, target: Hostile, feature: Hostile);
        signature = signature with { Classes = [.. signature.Classes.Select(name => name + Hostile)] };

        var document = XDocument.Parse(Wellformed(Page(signature, SomeReport.Record(Hostile, Hostile, Hostile))));

        Assert.DoesNotContain(document.Descendants(), element => element.Name.LocalName is "script" or "img");
        Assert.Contains("<script>alert('1')</script>", document.Root!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TaskType.Binary, "ROC curve", "Precision and recall", "Calibration", "Confusion matrix")]
    [InlineData(TaskType.Multiclass, "ROC curve", "Precision and recall", "Calibration", "Confusion matrix")]
    [InlineData(TaskType.Regression, "Predicted and actual", "Residuals")]
    public void Every_plot_of_the_task_is_there_and_has_a_title_that_can_be_read_out(TaskType task, params string[] titles)
    {
        var document = XDocument.Parse(Wellformed(Page(SomeReport.Signature(task), SomeReport.Record())));

        var figures = document.Descendants("figure").ToList();
        Assert.Equal([.. titles, "What it looks at"], figures.Select(figure => figure.Element("h3")!.Value));
        Assert.All(figures, figure => Assert.False(string.IsNullOrWhiteSpace(figure.Element("svg")?.Element("title")?.Value)));
    }

    [Fact]
    public void The_learning_curve_and_the_trials_are_drawn_where_there_are_any()
    {
        var context = new ReportContext(
            LearningCurve: [new LossPoint(1, 0.7), new LossPoint(2, 0.5), new LossPoint(3, 0.4)],
            Trials: [new TrialPoint(0, TrialState.Complete, 0.7), new TrialPoint(1, TrialState.Pruned), new TrialPoint(2, TrialState.Complete, 0.9)]);
        var signature = SomeReport.Signature(TaskType.Binary);

        var html = Encoding.UTF8.GetString(HtmlReport.Write(SomeReport.Record(), signature, SomeReport.Of(signature, context: context)));

        Assert.Contains("<h3>Learning curve</h3>", html, StringComparison.Ordinal);
        Assert.Contains("2 of 3 trials went to their end", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.6, "verdict better")]
    [InlineData(0.0, "verdict unclear", "verdict notbetter")]
    public void The_verdict_says_better_only_where_the_interval_is_clear_of_the_baseline(double skill, params string[] verdicts)
    {
        var signature = SomeReport.Signature(TaskType.Binary);

        var html = Encoding.UTF8.GetString(HtmlReport.Write(SomeReport.Record(), signature, SomeReport.Of(signature, skill)));

        Assert.Contains(verdicts, verdict => html.Contains($"class=\"{verdict}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes()
    {
        var signature = SomeReport.Signature(TaskType.Multiclass);

        Assert.Equal(
            HtmlReport.Write(SomeReport.Record(), signature, SomeReport.Of(signature, threads: 1)),
            HtmlReport.Write(SomeReport.Record(), signature, SomeReport.Of(signature, threads: 2)));
    }

    private static string Page(ModelSignature signature, TrainingRecord record) =>
        Encoding.UTF8.GetString(HtmlReport.Write(record, signature, SomeReport.Of(signature)));

    /// <summary>As XML: its only elements without an end are in the head.</summary>
    private static string Wellformed(string html) =>
        Regex.Replace(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "(<meta [^>]*)>", "$1/>");
}
