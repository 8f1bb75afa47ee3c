using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What the gates said of a version, as a part of its page.</summary>
internal static class VerdictSection
{
    public static Markup Write(GateVerdict verdict)
    {
        var failed = verdict.Findings.Count(finding => !finding.Passed);
        var said = (verdict.Findings.Count, failed) switch
        {
            (0, _) => "There were no gates to pass.",
            (_, 0) => $"All {verdict.Findings.Count} findings of the gates are good.",
            _ => $"{failed} of {verdict.Findings.Count} findings of the gates are bad: the version may not carry the alias.",
        };
        var section = Markup.Of($"<section id=\"verdict\"><h2>The gates</h2>");
        section.Add($"<p class=\"verdict {(verdict.Passed ? "better" : "notbetter")}\">{said}</p>");
        if (verdict.Findings.Count > 0)
        {
            string[] heads = ["Gate", "", "#Measured", "#Bound", "#Interval", "Detail"];
            section.Add($"{ReportSections.Table(heads, verdict.Findings.Select(Row))}");
        }

        return section.Add($"</section>");
    }

    private static Markup Row(GateFinding finding)
    {
        var badge = finding.Passed
            ? Markup.Of($"<span class=\"badge better\">passed</span>")
            : Markup.Of($"<span class=\"badge notbetter\">failed</span>");
        return Markup.Of($"<tr><td>{finding.Gate}</td><td>{badge}</td><td class=\"n\">{OrDash(finding.Value)}</td>")
            .Add($"<td class=\"n\">{OrDash(finding.Bound)}</td><td class=\"n\">{Text(finding.Interval)}</td>")
            .Add($"<td>{finding.Detail}</td></tr>");
    }

    private static string OrDash(double? value) => value is { } known ? ReportText.Number(known) : "–";

    private static string Text(GateInterval? interval) => interval is null
        ? "–"
        : $"{ReportText.Number(interval.Low)} to {ReportText.Number(interval.High)} ({ReportText.Percent(interval.Confidence)})";
}
