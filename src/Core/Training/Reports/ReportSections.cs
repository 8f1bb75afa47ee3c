using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The sections of the page, each absent if it has nothing to say.</summary>
internal static class ReportSections
{
    public static Markup Style() => Markup.Trusted(ReportStyle.Css);

    public static Markup Header(TrainingRecord record, ModelSignature signature, EvaluationReport report)
    {
        string[] shown = signature.Task switch
        {
            TaskType.Binary => ["rocAuc", "prAuc", "logLoss", "ece"],
            TaskType.Multiclass => ["rocAuc", "accuracy", "f1Macro", "logLoss"],
            _ => ["rmse", "mae", "r2", "pinball90"],
        };
        var verdict = ReportText.Verdict(report).ToString().ToLowerInvariant();
        var header = Markup.Of($"<header><h1>{record.Spec.Model}</h1><p class=\"soft\">Predicts <b>{signature.Target}")
            .Add($"</b> ({ReportText.TaskName(signature.Task)}) ");
        header.Add($"from {signature.Features.Count} features with <b>{record.Learner.Name}")
            .Add($"</b>; measured on {ReportText.Count(report.Rows)} held-out rows ");
        header.Add($"of <b>{record.Dataset}</b>, version {record.DatasetVersion}.</p>")
            .Add($"<p class=\"verdict {verdict}\">{ReportText.Sentence(report)}</p>");
        var tiles = shown.Where(report.Metrics.ContainsKey).Select(metric => Tile(report, metric));
        return header.Add($"<div class=\"tiles\">{Markup.Join(tiles)}</div></header>");
    }

    public static Markup? Cautions(EvaluationReport report)
    {
        var cautions = ReportText.Cautions(report).ToList();
        return cautions.Count is 0
            ? null
            : Section("Be careful", Markup.Of($"<div class=\"box\">")
                .Add($"<ul class=\"cautions\">{Markup.Join(cautions.Select(caution => Markup.Of($"<li>{caution}</li>")))}</ul></div>"));
    }

    /// <summary>What a search chose and why.</summary>
    public static Markup? Choice(EvaluationReport report) => report.Notes is not { Count: > 0 } notes
        ? null
        : Section("What was chosen and why", Markup.Of($"<div class=\"box\"><ul class=\"cautions\">")
            .Add($"{Markup.Join(notes.Select(note => Markup.Of($"<li>{note}</li>")))}</ul></div>"));

    public static Markup Plots(TrainingRecord record, EvaluationReport report)
    {
        var plots = new List<Markup?>();
        if (report.Curves.Count > 0)
        {
            plots.AddRange([ReportPlots.Roc(report), ReportPlots.PrecisionRecall(report)]);
        }

        plots.Add(report.Calibration.Count > 0 ? ReportPlots.Calibration(report) : null);
        plots.Add(ReportPlots.Confusion(report));
        if (report.Residuals is { } residuals)
        {
            plots.AddRange([ReportPlots.PredictedAndActual(residuals), ReportPlots.Residuals(residuals)]);
        }

        plots.Add(ReportPlots.Importance(record.Importance));
        plots.Add(ReportPlots.LearningCurve(report.LearningCurve));
        var objective = record.Spec.Search?.Objectives is [var first, ..] ? first.Metric : report.Headline;
        plots.Add(ReportPlots.Trials(report.Trials, MetricCatalog.Find(objective)?.HigherIsBetter ?? false));
        return Section("How it does", Markup.Of($"<div class=\"plots\">{Markup.Join(plots.OfType<Markup>())}</div>"));
    }

    public static Markup Metrics(EvaluationReport report)
    {
        var rows = MetricCatalog.All.Where(metric => report.Metrics.ContainsKey(metric.Name)).Select(metric =>
        {
            var interval = report.Intervals.GetValueOrDefault(metric.Name);
            var baseline = report.Baseline.TryGetValue(metric.Name, out var known) ? ReportText.Number(known) : "–";
            var better = report.Improvement.TryGetValue(metric.Name, out var share) ? ReportText.Percent(share) : "–";
            return Markup.Of($"<tr><td>{ReportText.Label(metric.Name)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(report.Metrics[metric.Name])}</td>")
                .Add($"<td class=\"n\">{(interval is null ? "–" : ReportText.Number(interval))}</td><td class=\"n\">{baseline}</td>")
                .Add($"<td class=\"n\">{better}</td></tr>");
        });
        var about = report.Resamples > 0
            ? $"Intervals hold {ReportText.Percent(report.Confidence)} of {ReportText.Count(report.Resamples)} bootstrap resamples "
                + "of the held-out rows. "
            : "";
        return Section(
            "Metrics",
            Markup.Of($"<p class=\"soft\">{about}The baseline always says what is most common in training, ")
                .Add($"or the mean. Error removed: 100 % would be perfect, 0 % no better than the baseline.</p>")
                .Add($"{Table(["Metric", "#Model", "#Interval", "#Baseline", "#Error removed"], rows)}"));
    }

    public static Markup? Classes(EvaluationReport report) => report.Classes.Count is 0
        ? null
        : Section("Classes", Table(
            ["Class", "#Rows", "#Precision", "#Recall", "#F1", "#ROC AUC", "#Average precision"],
            report.Classes.Select(of => Markup
                .Of($"<tr><td>{of.Name}</td><td class=\"n\">{ReportText.Count(of.Support)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(of.Precision)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(of.Recall)}</td><td class=\"n\">{ReportText.Number(of.F1)}</td>")
                .Add($"<td class=\"n\">{OrDash(of.RocAuc)}</td><td class=\"n\">{OrDash(of.PrAuc)}</td></tr>"))));

    public static Markup? Slices(EvaluationReport report)
    {
        var shown = report.Slices.Where(slice => slice.Metrics.ContainsKey(report.Headline)).ToList();
        if (shown.Count is 0 || !report.Metrics.TryGetValue(report.Headline, out var overall))
        {
            return null;
        }

        var axis = Axis.Around("", shown.SelectMany(slice => new[]
        {
            overall, slice.Metrics[report.Headline], slice.Interval?.Low ?? overall, slice.Interval?.High ?? overall,
        }));
        var rows = shown.Select(slice =>
        {
            var value = slice.Metrics[report.Headline];
            var badge = slice.IsWorse
                ? Markup.Of($"<span class=\"badge notbetter\">worse</span>")
                : Markup.Of($"<span class=\"soft\">as elsewhere</span>");
            return Markup.Of($"<tr><td>{ReportText.Where(slice)}</td><td class=\"n\">{ReportText.Count(slice.Rows)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(value)}</td>")
                .Add($"<td>{ReportPlots.Range(axis, value, slice.Interval, overall)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(slice.Loss)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(slice.LossElsewhere)}</td><td>{badge}</td></tr>");
        });
        return Section(
            "Slices",
            Markup.Of($"<p class=\"soft\">Of {ReportText.Count(report.SlicesTested)} slices with at least ")
                .Add($"{report.LeastSliceRows} rows those whose rows are predicted worst. ")
                .Add($"“Worse” means that the loss is higher than elsewhere by more than chance explains, after a correction for ")
                .Add($"looking at so many; the dashed line is the {ReportText.Label(report.Headline)} of all rows.</p>")
                .Add($"{Table(["Rows where", "#Rows", "#" + ReportText.Label(report.Headline), "", "#Loss", "#Elsewhere", ""], rows)}"));
    }

    public static Markup? CrossValidation(EvaluationReport report)
    {
        if (report.CrossValidation is not { } folds)
        {
            return null;
        }

        var rows = MetricCatalog.All.Where(metric => folds.Metrics.ContainsKey(metric.Name)).Select(metric =>
        {
            var values = folds.Metrics[metric.Name];
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, values.Count - 1));
            return Markup.Of($"<tr><td>{ReportText.Label(metric.Name)}</td><td class=\"n\">{ReportText.Number(mean)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(deviation)}</td>")
                .Add($"<td class=\"n\">{ReportText.Number(values.Min())}</td><td class=\"n\">{ReportText.Number(values.Max())}</td></tr>");
        });
        var kind = folds.Kind switch
        {
            FoldKind.Grouped => $"grouped by {folds.Column}",
            FoldKind.TimeOrdered => $"in order of {folds.Column}",
            FoldKind.Stratified => "stratified",
            _ => "random",
        };
        return Section(
            "Cross-validation",
            Markup.Of($"<p class=\"soft\">The learner on {folds.Folds} folds of the training rows ({kind}), ")
                .Add($"{folds.Repeats} × repeated.</p>")
                .Add($"{Table(["Metric", "#Mean", "#Standard deviation", "#Least", "#Greatest"], rows)}"));
    }

    public static Markup Origin(TrainingRecord record, ModelSignature signature)
    {
        var list = Markup.Of($"<div class=\"box\"><dl><dt>Training</dt><dd><code>{record.TrainingId}</code></dd>");
        list.Add($"<dt>Data set</dt><dd>{record.Dataset}, version {record.DatasetVersion}, SHA-256 <code>{record.DatasetSha256}")
            .Add($"</code></dd>");
        list.Add($"<dt>Model</dt><dd>SHA-256 <code>{record.ModelSha256}</code></dd><dt>Learner</dt><dd>{record.Learner.Name}</dd>");
        var settings = record.Learner.Hyperparameters ?? new Dictionary<string, HyperparameterValue>();
        foreach (var (name, value) in settings.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            list.Add($"<dt>{name}</dt><dd>{value.ToString()}</dd>");
        }

        foreach (var (name, value) in record.LearnerFacts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            list.Add($"<dt>{name}</dt><dd>{ReportText.Number(value)}</dd>");
        }

        if (signature.DecisionThreshold is { } threshold)
        {
            list.Add($"<dt>Decision threshold</dt><dd>{ReportText.Number(threshold)}</dd>");
        }

        list.Add($"<dt>Seed</dt><dd>{record.Spec.Seed}</dd><dt>Features</dt>")
            .Add($"<dd>{string.Join(", ", signature.Features.Select(feature => feature.Name))}</dd>");
        list.Add($"<dt>Made by</dt><dd>MlopsFunctions {record.CodeVersion}, {record.Runtime}, {record.Architecture}</dd></dl></div>");
        return Section("Where it comes from", list);
    }

    public static Markup Section(string title, Markup content) => Markup.Of($"<section><h2>{title}</h2>{content}</section>");

    /// <param name="heads">A leading # stands over a column of numbers.</param>
    public static Markup Table(IReadOnlyList<string> heads, IEnumerable<Markup> rows)
    {
        var cells = heads.Select(head => head.StartsWith('#')
            ? Markup.Of($"<th class=\"n\">{head[1..]}</th>")
            : Markup.Of($"<th>{head}</th>"));
        return Markup.Of($"<div class=\"box scroll\"><table><thead><tr>{Markup.Join(cells)}</tr></thead><tbody>{Markup.Join(rows)}")
            .Add($"</tbody></table></div>");
    }

    private static Markup Tile(EvaluationReport report, string metric)
    {
        var interval = report.Intervals.GetValueOrDefault(metric);
        var baseline = report.Baseline.TryGetValue(metric, out var known) ? $"baseline {ReportText.Number(known)}" : "no baseline";
        var range = interval is null ? null : Markup.Of($"<span>{ReportText.Number(interval)}</span>");
        return Markup.Of($"<div class=\"tile\"><span>{ReportText.Label(metric)}</span><b>{ReportText.Number(report.Metrics[metric])}")
            .Add($"</b>{range}<span>{baseline}</span></div>");
    }

    private static string OrDash(double? value) => value is { } known ? ReportText.Number(known) : "–";
}
