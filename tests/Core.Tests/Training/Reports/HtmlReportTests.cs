using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mlops.Explanations;
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
            Trials:
            [
                new TrialPoint(0, TrialState.Complete, 0.7),
                new TrialPoint(1, TrialState.Pruned),
                new TrialPoint(2, TrialState.Complete, 0.9),
            ]);
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
    public void The_verdict_of_the_gates_is_put_in_with_its_figures_and_its_texts_stay_text()
    {
        var signature = SomeReport.Signature(TaskType.Binary);
        var page = HtmlReport.Write(SomeReport.Record(), signature, SomeReport.Of(signature));
        var verdict = new GateVerdict(false,
        [
            new GateFinding("rocAuc at least 0.9", false, Hostile, GateKind.Metric, 0.8125, 0.9, new GateInterval(0.75, 0.875, 0.95)),
            new GateFinding(Hostile, true, "it has 2048"),
        ]);

        var html = Encoding.UTF8.GetString(HtmlReport.WithVerdict(page, verdict));

        var document = XDocument.Parse(Wellformed(html));
        Assert.DoesNotContain(document.Descendants(), element => element.Name.LocalName is "script" or "img");
        var section = Assert.Single(document.Descendants("section"), section => section.Attribute("id")?.Value is "verdict");
        Assert.Equal("1 of 2 findings of the gates are bad: the version may not carry the alias.", section.Element("p")?.Value);
        var rows = section.Descendants("tbody").Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Value).ToList()).ToList();
        Assert.Equal(["rocAuc at least 0.9", "failed", "0.8125", "0.9", "0.75 to 0.875 (95 %)"], rows[0][..5]);
        Assert.Equal(["passed", "–", "–", "–", "it has 2048"], rows[1][1..]);
        Assert.All([rows[0][5], rows[1][0]], text => Assert.StartsWith("</title><script>", text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_page_without_a_place_or_a_verdict_stays_as_it_is()
    {
        var signature = SomeReport.Signature(TaskType.Binary, target: "<section id=\"verdict\"></section>");
        var (page, old) = (HtmlReport.Write(SomeReport.Record(), signature, SomeReport.Of(signature)), "<p>page</p>"u8.ToArray());

        Assert.Same(page, HtmlReport.WithVerdict(page, null));
        Assert.Same(old, HtmlReport.WithVerdict(old, new GateVerdict(true, [])));
        Assert.Single(Regex.Matches(Encoding.UTF8.GetString(page), "<section id=\"verdict\">"));
    }

    [Fact]
    public void What_features_are_worth_and_what_was_chosen_are_told_as_text()
    {
        var signature = SomeReport.Signature(TaskType.Regression);
        var context = new ReportContext(
            Importance: new FeatureImportance(
                "rmse",
                200,
                5,
                [new PermutedFeature(Hostile, 1.5, 0.25), new PermutedFeature("b|c", -0.125, 0.0625)],
                new MeanAttributions(
                    ExplanationMethod.TreeShap, ExplanationScale.Value, 50, new Dictionary<string, double> { [Hostile] = 2.25 })),
            Notes: ["ridge: " + Hostile]);
        var report = SomeReport.Of(signature, context: context);

        var document = XDocument.Parse(
            Wellformed(Encoding.UTF8.GetString(HtmlReport.Write(SomeReport.Record(), signature, report))));

        var worth = document.Descendants("section").Single(section => section.Element("h2")?.Value is "What its features are worth");
        var rows = worth.Descendants("tbody").Elements("tr").Select(row => row.Elements("td").Select(cell => cell.Value).ToList()).ToList();
        Assert.Equal(["1.5", "0.25", "", "2.25"], rows[0][1..]);
        Assert.Equal(["b|c", "-0.125", "0.0625", "", ""], rows[1]);
        Assert.Contains("on 50 of the rows: how far a feature moves the predicted value", worth.Value, StringComparison.Ordinal);
        Assert.Contains("ridge: </title><script>", document.Root!.Value, StringComparison.Ordinal);
        var card = ModelCard.Write(SomeReport.Record(), signature, report, "", new Dictionary<string, string>());
        Assert.Contains("| b\\|c | -0.125 | 0.0625 | – |", card, StringComparison.Ordinal);
        Assert.Contains("\n- ridge: &lt;/title>&lt;script>", card, StringComparison.Ordinal);
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
