using Mlops.Registry;

namespace Mlops.Training;

public class ModelCardTests
{
    private static readonly ModelSignature Signature = SomeReport.Signature(TaskType.Binary);
    private static readonly Dictionary<string, string> NoTags = [];

    [Fact]
    public void It_has_every_section_and_every_metric_with_interval_and_baseline()
    {
        var report = SomeReport.Of(Signature);

        var card = ModelCard.Write(SomeReport.Record(), Signature, report, "", NoTags);

        Assert.Equal(
            ["Intended use", "Data", "Evaluation", "Slices", "Limitations", "What it looks at", "Making it again"],
            card.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]));
        Assert.All(report.Metrics.Keys, metric => Assert.Contains($"\n| {metric} | ", card, StringComparison.Ordinal));
        Assert.Contains("50 bootstrap resamples", card, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_model_is_for_comes_from_its_tag_or_else_its_description()
    {
        var report = SomeReport.Of(Signature);
        var tags = new Dictionary<string, string> { [ModelCard.IntendedUseTag] = "Letters to customers." };

        Assert.Contains("Letters to customers.", ModelCard.Write(SomeReport.Record(), Signature, report, "About churn.", tags), StringComparison.Ordinal);
        Assert.Contains("About churn.", ModelCard.Write(SomeReport.Record(), Signature, report, "About churn.", NoTags), StringComparison.Ordinal);
        Assert.Contains("Nobody has said yet", ModelCard.Write(SomeReport.Record(), Signature, report, " ", NoTags), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_skill_is_called_that()
    {
        var card = ModelCard.Write(SomeReport.Record(), Signature, SomeReport.Of(Signature, skill: -0.1), "", NoTags);

        Assert.Contains("- No better than knowing only the target's distribution", card, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_from_the_data_breaks_no_table()
    {
        var card = ModelCard.Write(SomeReport.Record(feature: "a|b\n# <b>"), Signature, SomeReport.Of(Signature), "", NoTags);

        Assert.Contains("| a\\|b # &lt;b> | 1 |", card, StringComparison.Ordinal);
    }
}
