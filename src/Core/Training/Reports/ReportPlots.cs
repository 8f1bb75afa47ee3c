namespace Mlops.Training;

/// <summary>The diagrams of a report.</summary>
internal static class ReportPlots
{
    private const int MostClassesDrawn = 25;
    private const int MostImportant = 15;

    public static Markup Roc(EvaluationReport report)
    {
        var plot = new Plot("ROC curve", Axis.Share("False positive rate"), Axis.Share("True positive rate"))
            .Line([(0, 0), (1, 1)], "reference");
        foreach (var (curve, index) in report.Curves.Select((curve, index) => (curve, index)))
        {
            plot.Line(curve.Roc.Select(point => (point.X, point.Y)), $"c{index}");
        }

        return Figure("ROC curve", "Dashed: scores drawn at random.", Markup.Of($"{plot.Draw()}{Legend(report)}"));
    }

    public static Markup PrecisionRecall(EvaluationReport report)
    {
        var plot = new Plot("Precision and recall", Axis.Share("Recall"), Axis.Share("Precision"));
        foreach (var (curve, index) in report.Curves.Select((curve, index) => (curve, index)))
        {
            var share = report.Classes.First(of => of.Name == curve.Name).Support / (double)report.Rows;
            if (report.Curves.Count is 1)
            {
                plot.Line([(0, share), (1, share)], "reference");
            }

            plot.Steps([.. curve.PrecisionRecall.Select(point => (point.X, point.Y))], $"c{index}");
        }

        return Figure(
            "Precision and recall",
            report.Curves.Count is 1 ? "Dashed: the share of the positive class." : "Each class against all others.",
            Markup.Of($"{plot.Draw()}{Legend(report)}"));
    }

    public static Markup Calibration(EvaluationReport report)
    {
        var plot = new Plot("Calibration", Axis.Share("Predicted probability"), Axis.Share("How often it came true"))
            .Line([(0, 0), (1, 1)], "reference");
        double most = report.Calibration.Max(bin => bin.Rows);
        foreach (var bin in report.Calibration)
        {
            plot.Dot(
                bin.Predicted,
                bin.Observed,
                2.5 + (5.5 * Math.Sqrt(bin.Rows / most)),
                "c0 faint",
                $"{ReportText.Number(bin.Predicted)} predicted, {ReportText.Number(bin.Observed)} observed, {ReportText.Count(bin.Rows)} rows");
        }

        return Figure("Calibration", "On the dashed line probabilities can be believed. Larger dots: more rows.", plot.Draw());
    }

    public static Markup? Confusion(EvaluationReport report)
    {
        if (report.ConfusionMatrix is not { Count: <= MostClassesDrawn } matrix)
        {
            return null;
        }

        const double Size = 420;
        const double Left = 96;
        const double Top = 6;
        var cell = (Size - Left - 8) / matrix.Count;
        var height = Top + (cell * 0.72 * matrix.Count) + 50;
        var (tall, below) = (cell * 0.72, Top + (cell * 0.72 * matrix.Count));
        var svg = Markup.Of($"<svg class=\"plot\" viewBox=\"0 0 {Size} {height}\" role=\"img\"><title>Confusion matrix</title>");
        for (var truth = 0; truth < matrix.Count; truth++)
        {
            double total = Math.Max(1, matrix[truth].Sum());
            var name = report.Classes[truth].Name;
            svg.Add($"<text class=\"tick\" x=\"{Left - 8}\" y=\"{Top + (tall * (truth + 0.5)) + 4}\" text-anchor=\"end\">{Short(name, 12)}</text>");
            for (var predicted = 0; predicted < matrix.Count; predicted++)
            {
                var count = matrix[truth][predicted];
                var (x, y) = (Left + (cell * predicted), Top + (tall * truth));
                svg.Add($"<rect class=\"cell\" x=\"{x + 1}\" y=\"{y + 1}\" width=\"{cell - 2}\" height=\"{tall - 2}\" fill-opacity=\"{0.05 + (0.95 * count / total)}\">");
                svg.Add($"<title>{name} taken for {report.Classes[predicted].Name}: {ReportText.Count(count)}</title></rect>");
                if (matrix.Count <= 12)
                {
                    svg.Add($"<text class=\"{(count / total > 0.5 ? "count strong" : "count")}\" x=\"{x + (cell / 2)}\" y=\"{y + (tall / 2) + 4}\" text-anchor=\"middle\">{ReportText.Count(count)}</text>");
                }
            }
        }

        var letters = Math.Max(2, (int)(cell / 7));
        for (var predicted = 0; predicted < matrix.Count; predicted++)
        {
            svg.Add($"<text class=\"tick\" x=\"{Left + (cell * (predicted + 0.5))}\" y=\"{below + 16}\" text-anchor=\"middle\">{Short(report.Classes[predicted].Name, letters)}</text>");
        }

        svg.Add($"<text class=\"axis\" x=\"{(Left + Size) / 2}\" y=\"{below + 40}\" text-anchor=\"middle\">Predicted class</text>");
        svg.Add($"<text class=\"axis\" transform=\"translate(14 {(Top + below) / 2}) rotate(-90)\" text-anchor=\"middle\">True class</text></svg>");
        return Figure("Confusion matrix", "Shaded by the share of the true class.", svg);
    }

    public static Markup PredictedAndActual(ResidualReport residuals)
    {
        var axis = Axis.Around("Predicted", residuals.Sample.SelectMany(row => new[] { row.Predicted, row.Actual }));
        var plot = new Plot("Predicted and actual values", axis, axis with { Label = "Actual" })
            .Line([(axis.Low, axis.Low), (axis.High, axis.High)], "reference");
        foreach (var row in residuals.Sample)
        {
            plot.Dot(row.Predicted, row.Actual, 3, "c0 faint", $"{ReportText.Number(row.Predicted)} predicted, {ReportText.Number(row.Actual)} actual");
        }

        return Figure("Predicted and actual", "On the dashed line predictions are right.", plot.Draw());
    }

    public static Markup Residuals(ResidualReport residuals)
    {
        var plot = new Plot(
            "Residuals",
            new Axis("Actual minus predicted", residuals.Edges[0], residuals.Edges[^1]),
            Axis.FromZero("Rows", residuals.Counts.Select(count => (double)count)));
        for (var bin = 0; bin < residuals.Counts.Count; bin++)
        {
            var (low, high) = (residuals.Edges[bin], residuals.Edges[bin + 1]);
            plot.Bar(low, high, residuals.Counts[bin], "c0", $"{ReportText.Number(low)} to {ReportText.Number(high)}: {ReportText.Count(residuals.Counts[bin])} rows");
        }

        return Figure(
            "Residuals", $"Mean {ReportText.Number(residuals.Mean)}: {(residuals.Mean > 0 ? "predictions are low" : "predictions are high")} on average.", plot.Vertical(0).Draw());
    }

    public static Markup? LearningCurve(IReadOnlyList<LossPoint> points)
    {
        if (points.Count < 2)
        {
            return null;
        }

        var plot = new Plot(
            "Learning curve",
            new Axis("Rounds or iterations", 0, points[^1].Completed),
            Axis.Around("Loss", points.Select(point => point.Loss)));
        return Figure("Learning curve", "The loss as training went on.", plot.Line(points.Select(point => ((double)point.Completed, point.Loss)), "c0").Draw());
    }

    /// <param name="higherIsBetter">Of the first objective.</param>
    public static Markup? Trials(IReadOnlyList<TrialPoint> trials, bool higherIsBetter)
    {
        var complete = trials.Where(trial => trial is { State: TrialState.Complete, Value: { } value } && double.IsFinite(value)).ToList();
        if (complete.Count < 2)
        {
            return null;
        }

        var plot = new Plot(
            "Trials of the search",
            new Axis("Trial", 0, Math.Max(1, trials.Max(trial => trial.Number))),
            Axis.Around("Objective", complete.Select(trial => trial.Value!.Value)));
        var best = new List<(double X, double Y)>();
        foreach (var trial in complete.OrderBy(trial => trial.Number))
        {
            var value = trial.Value!.Value;
            var soFar = best.Count is 0 ? value : higherIsBetter ? Math.Max(best[^1].Y, value) : Math.Min(best[^1].Y, value);
            best.Add((trial.Number, soFar));
            plot.Dot(trial.Number, value, 3, "c0 faint", $"Trial {trial.Number}: {ReportText.Number(value)}");
        }

        return Figure("Trials", $"Line: the best so far. {complete.Count} of {trials.Count} trials went to their end.", plot.Steps(best, "c1").Draw());
    }

    public static Markup? Importance(IReadOnlyDictionary<string, double> importance)
    {
        var top = importance.Where(pair => pair.Value > 0)
            .OrderByDescending(pair => pair.Value)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Take(MostImportant)
            .ToList();
        if (top.Count is 0)
        {
            return null;
        }

        const double Row = 19;
        const double Left = 160;
        const double Longest = 200;
        var svg = Markup.Of($"<svg class=\"plot\" viewBox=\"0 0 420 {(Row * top.Count) + 10}\" role=\"img\"><title>Importance of features</title>");
        for (var i = 0; i < top.Count; i++)
        {
            var y = 4 + (Row * i);
            var length = Longest * top[i].Value / top[0].Value;
            svg.Add($"<text class=\"tick\" x=\"{Left - 8}\" y=\"{y + 12}\" text-anchor=\"end\">{Short(top[i].Key, 22)}<title>{top[i].Key}</title></text>");
            svg.Add($"<rect class=\"bar c0\" x=\"{Left}\" y=\"{y + 2}\" width=\"{Math.Max(length, 1)}\" height=\"{Row - 6}\" rx=\"2\"/>");
            svg.Add($"<text class=\"tick\" x=\"{Left + length + 6}\" y=\"{y + 12}\">{ReportText.Percent(top[i].Value)}</text>");
        }

        return Figure(
            "What it looks at", importance.Count > top.Count ? $"The {top.Count} most important of {importance.Count} features." : "The share of each feature.", svg.Add($"</svg>"));
    }

    /// <summary>A value and its interval on a line that all rows of a table share.</summary>
    public static Markup Range(Axis axis, double value, Interval? interval, double reference)
    {
        const double Width = 150;
        var svg = Markup.Of($"<svg class=\"range\" viewBox=\"0 0 {Width} 16\" aria-hidden=\"true\"><line class=\"grid\" x1=\"0\" x2=\"{Width}\" y1=\"8\" y2=\"8\"/>");
        svg.Add($"<line class=\"reference\" x1=\"{X(reference)}\" x2=\"{X(reference)}\" y1=\"0\" y2=\"16\"/>");
        if (interval is not null)
        {
            svg.Add($"<line class=\"line c0\" x1=\"{X(interval.Low)}\" x2=\"{X(interval.High)}\" y1=\"8\" y2=\"8\"/>");
        }

        return svg.Add($"<circle class=\"dot c0\" cx=\"{X(value)}\" cy=\"8\" r=\"4\"/></svg>");

        double X(double at) => 5 + (axis.Share(at) * (Width - 10));
    }

    private static Markup Figure(string title, string caption, Markup content) =>
        Markup.Of($"<figure><h3>{title}</h3>{content}<figcaption>{caption}</figcaption></figure>");

    private static Markup? Legend(EvaluationReport report) => report.Curves.Count < 2
        ? null
        : Markup.Of($"<ul class=\"legend\">{Markup.Join(report.Curves.Select((curve, index) => Markup.Of($"<li><i class=\"c{index}\"></i>{Short(curve.Name, 20)}</li>")))}</ul>");

    private static string Short(string text, int letters) => text.Length <= letters ? text : $"{text[..(letters - 1)]}…";
}
