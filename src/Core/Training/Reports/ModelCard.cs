using System.Globalization;
using System.Text;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The page that tells a person what a version is: written from its record and evaluation, never by hand.</summary>
/// <remarks>Sections follow Mitchell et al., "Model cards for model reporting" (2019).</remarks>
public static class ModelCard
{
    /// <summary>The tag of a registered model that says what it is for.</summary>
    public const string IntendedUseTag = "intendedUse";

    private const int MostImportant = 10;

    /// <param name="description">Of the registered model; empty if it has none.</param>
    /// <param name="tags">Of the registered model.</param>
    public static string Write(
        TrainingRecord record,
        ModelSignature signature,
        EvaluationReport report,
        string description,
        IReadOnlyDictionary<string, string> tags)
    {
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"# {record.Spec.Model}\n\n");
        card.Append(CultureInfo.InvariantCulture, $"Predicts `{signature.Target}` ({ReportText.TaskName(signature.Task)}) ");
        card.Append(CultureInfo.InvariantCulture, $"from {signature.Features.Count} features with `{record.Learner.Name}`. ");
        card.Append(ReportText.Sentence(report)).Append("\n\n");
        WriteIntendedUse(card, description, tags);
        card.Append("## Data\n\n");
        card.Append(
            CultureInfo.InvariantCulture,
            $"`{record.Dataset}` version {record.DatasetVersion}, SHA-256 `{record.DatasetSha256}`.\n\n");
        WriteChoice(card, report);
        WriteEvaluation(card, report);
        WriteSlices(card, report);
        card.Append("## Limitations\n\n");
        var cautions = ReportText.Cautions(report).ToList();
        cautions.ForEach(caution => card.Append(CultureInfo.InvariantCulture, $"- {Cell(caution)}\n"));
        card.Append("- The figures speak for data like that above and for no other.\n\n");
        WriteImportance(card, record);
        WriteWorth(card, report);
        card.Append(CultureInfo.InvariantCulture, $"## Making it again\n\nSeed {record.Spec.Seed}, ");
        card.Append(CultureInfo.InvariantCulture, $"MlopsFunctions {record.CodeVersion}, {record.Runtime} on {record.Architecture}; ");
        card.Append("the whole spec is in `training_record.json`, every figure in `evaluation.json`, the plots in `report.html`.\n");
        return card.ToString();
    }

    private static void WriteIntendedUse(StringBuilder card, string description, IReadOnlyDictionary<string, string> tags)
    {
        card.Append("## Intended use\n\n");
        var use = tags.GetValueOrDefault(IntendedUseTag, description);
        card.Append(string.IsNullOrWhiteSpace(use)
            ? $"Nobody has said yet. Describe the registered model or give it the tag `{IntendedUseTag}`.\n\n"
            : $"{use.Trim()}\n\n");
    }

    private static void WriteChoice(StringBuilder card, EvaluationReport report)
    {
        if (report.Notes is not { Count: > 0 } notes)
        {
            return;
        }

        card.Append("## What was chosen and why\n\n");
        foreach (var note in notes)
        {
            card.Append(CultureInfo.InvariantCulture, $"- {Cell(note)}\n");
        }

        card.Append('\n');
    }

    private static void WriteEvaluation(StringBuilder card, EvaluationReport report)
    {
        card.Append(CultureInfo.InvariantCulture, $"## Evaluation\n\nThe exported model on {report.Rows} held-out rows, ");
        card.Append("beside a model that knows only the target's distribution");
        card.Append(report.Resamples > 0
            ? $"; intervals of {ReportText.Percent(report.Confidence)} from {ReportText.Count(report.Resamples)} bootstrap resamples:\n\n"
            : ":\n\n");
        card.Append("| metric | model | interval | baseline | error removed |\n|---|---:|---:|---:|---:|\n");
        foreach (var metric in MetricCatalog.All.Select(metric => metric.Name).Where(report.Metrics.ContainsKey))
        {
            var interval = report.Intervals.TryGetValue(metric, out var range) ? ReportText.Number(range) : "–";
            var baseline = report.Baseline.TryGetValue(metric, out var known) ? ReportText.Number(known) : "–";
            var removed = report.Improvement.TryGetValue(metric, out var share) ? ReportText.Percent(share) : "–";
            card.Append(CultureInfo.InvariantCulture, $"| {metric} | {ReportText.Number(report.Metrics[metric])} | {interval} | ");
            card.Append(CultureInfo.InvariantCulture, $"{baseline} | {removed} |\n");
        }

        card.Append('\n');
    }

    private static void WriteSlices(StringBuilder card, EvaluationReport report)
    {
        var shown = report.Slices.Where(slice => slice.Metrics.ContainsKey(report.Headline)).ToList();
        if (shown.Count is 0)
        {
            return;
        }

        card.Append(CultureInfo.InvariantCulture, $"## Slices\n\nThe worst of {report.SlicesTested} slices:\n\n");
        card.Append(CultureInfo.InvariantCulture, $"| rows where | rows | {report.Headline} | interval | worse than elsewhere |\n");
        card.Append("|---|---:|---:|---:|---|\n");
        foreach (var slice in shown)
        {
            var interval = slice.Interval is null ? "–" : ReportText.Number(slice.Interval);
            card.Append(CultureInfo.InvariantCulture, $"| {Cell(ReportText.Where(slice))} | {slice.Rows} | ");
            card.Append(CultureInfo.InvariantCulture, $"{ReportText.Number(slice.Metrics[report.Headline])} | {interval} | ");
            card.Append(slice.IsWorse ? "yes |\n" : "no |\n");
        }

        card.Append('\n');
    }

    private static void WriteImportance(StringBuilder card, TrainingRecord record)
    {
        card.Append("## What it looks at\n\n| feature | importance |\n|---|---:|\n");
        var important = record.Importance
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MostImportant);
        foreach (var (feature, share) in important)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {Cell(feature)} | {ReportText.Number(share)} |\n");
        }

        card.Append('\n');
    }

    private static void WriteWorth(StringBuilder card, EvaluationReport report)
    {
        if (report.Importance is not { Permuted.Count: > 0 } importance)
        {
            return;
        }

        card.Append(CultureInfo.InvariantCulture, $"How much worse {importance.Metric} gets on {importance.Rows} held-out rows ");
        card.Append(CultureInfo.InvariantCulture, $"when a feature's values are dealt out anew among them, {importance.Repeats} times");
        card.Append(importance.Attributed is { } of
            ? $"; and how far it moves {ReportText.Unit(of.Scale)} (mean |SHAP| of {of.Rows} rows):\n\n"
            : ":\n\n");
        card.Append("| feature | mean | deviation | mean \\|SHAP\\| |\n|---|---:|---:|---:|\n");
        foreach (var feature in importance.Permuted.Take(MostImportant))
        {
            var moved = importance.Attributed is { } known ? ReportText.Attribution(known, feature.Feature) : "";
            card.Append(CultureInfo.InvariantCulture, $"| {Cell(feature.Feature)} | {ReportText.Number(feature.Mean)} | ");
            card.Append(CultureInfo.InvariantCulture, $"{ReportText.Number(feature.Deviation)} | {(moved is "" ? "–" : moved)} |\n");
        }

        card.Append('\n');
    }

    /// <summary>Names from the data must not end a cell, a line or become HTML.</summary>
    private static string Cell(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .ReplaceLineEndings(" ");
}
