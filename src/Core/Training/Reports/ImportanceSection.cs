using Mlops.Explanations;

namespace Mlops.Training;

/// <summary>What the features are worth on held-out rows, as a part of the page.</summary>
internal static class ImportanceSection
{
    private const int MostShown = 20;

    public static Markup? Write(EvaluationReport report)
    {
        if (report.Importance is not { Permuted.Count: > 0 } importance)
        {
            return null;
        }

        var shown = importance.Permuted.Take(MostShown).ToList();
        var axis = Axis.Around("", shown.SelectMany(feature => new[]
        {
            0, feature.Mean - feature.Deviation, feature.Mean + feature.Deviation,
        }));
        var about = Markup.Of($"<p class=\"soft\">How much worse {ReportText.Label(importance.Metric)} gets on ")
            .Add($"{ReportText.Count(importance.Rows)} held-out rows when the values of one feature are dealt out anew among them: ")
            .Add($"mean and standard deviation over {importance.Repeats} times. ")
            .Add($"About 0, at the dashed line, the model gets by without it; ")
            .Add($"features that say the same as another all look unimportant. {Attributed(importance.Attributed)}");
        var isCut = importance.Permuted.Count > shown.Count;
        about.Add($"{(isCut ? $"The {shown.Count} of {importance.Permuted.Count} that matter most." : "")}</p>");
        var heads = new List<string> { "Feature", "#" + ReportText.Label(importance.Metric) + " lost", "#Deviation", "" };
        if (importance.Attributed is not null)
        {
            heads.Add("#Mean |SHAP|");
        }

        return ReportSections.Section(
            "What its features are worth",
            about.Add($"{ReportSections.Table(heads, shown.Select(feature => Row(feature, axis, importance.Attributed)))}"));
    }

    private static Markup Row(PermutedFeature feature, Axis axis, MeanAttributions? attributed)
    {
        var spread = new Interval(feature.Mean - feature.Deviation, feature.Mean + feature.Deviation);
        var row = Markup.Of($"<tr><td>{feature.Feature}</td><td class=\"n\">{ReportText.Number(feature.Mean)}</td>")
            .Add($"<td class=\"n\">{ReportText.Number(feature.Deviation)}</td>")
            .Add($"<td>{ReportPlots.Range(axis, feature.Mean, spread, 0)}</td>");
        return attributed is null
            ? row.Add($"</tr>")
            : row.Add($"<td class=\"n\">{ReportText.Attribution(attributed, feature.Feature)}</td></tr>");
    }

    private static string Attributed(MeanAttributions? attributed) => attributed is null
        ? ""
        : $"Mean |SHAP|, on {ReportText.Count(attributed.Rows)} of the rows: how far a feature moves {ReportText.Unit(attributed.Scale)}. ";
}
