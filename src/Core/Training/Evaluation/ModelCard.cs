using System.Globalization;
using System.Text;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The page that tells a person what a version is: written from its record and evaluation, never by hand.</summary>
public static class ModelCard
{
    private const int MostImportant = 10;

    public static string Write(TrainingRecord record, ModelSignature signature, EvaluationReport report)
    {
        var card = new StringBuilder();
        card.Append(CultureInfo.InvariantCulture, $"# {record.Spec.Model}\n\n");
        card.Append(CultureInfo.InvariantCulture, $"Predicts `{signature.Target}` ({signature.Task.ToString().ToLowerInvariant()}) ");
        card.Append(CultureInfo.InvariantCulture, $"from {signature.Features.Count} features with `{record.Learner.Name}`.\n\n");
        card.Append("## Data\n\n");
        card.Append(
            CultureInfo.InvariantCulture,
            $"`{record.Dataset}` version {record.DatasetVersion}, SHA-256 `{record.DatasetSha256}`.\n\n");
        card.Append(CultureInfo.InvariantCulture, $"## Evaluation\n\nThe exported model on {report.Rows} held-out rows, ");
        card.Append("beside a model that knows only the target's distribution:\n\n");
        card.Append("| metric | model | baseline |\n|---|---:|---:|\n");
        foreach (var (metric, value) in report.Metrics)
        {
            var baseline = report.Baseline.TryGetValue(metric, out var known) ? Text(known) : "–";
            card.Append(CultureInfo.InvariantCulture, $"| {metric} | {Text(value)} | {baseline} |\n");
        }

        card.Append("\n## What it looks at\n\n| feature | importance |\n|---|---:|\n");
        var important = record.Importance
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MostImportant);
        foreach (var (feature, share) in important)
        {
            card.Append(CultureInfo.InvariantCulture, $"| {feature.Replace("|", "\\|", StringComparison.Ordinal)} | {Text(share)} |\n");
        }

        card.Append(CultureInfo.InvariantCulture, $"\n## Making it again\n\nSeed {record.Spec.Seed}, ");
        card.Append(CultureInfo.InvariantCulture, $"MlopsFunctions {record.CodeVersion}, {record.Runtime} on {record.Architecture}; ");
        card.Append("the whole spec is in `training_record.json`.\n");
        return card.ToString();
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
