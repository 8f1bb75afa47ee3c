using System.Text;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A report as one page that needs nothing else: no scripts, no links, plots drawn in it; for light and dark screens.</summary>
public static class HtmlReport
{
    /// <summary>Where the verdict of the gates goes, which is known only after the page has been written. No name becomes this: names
    /// are escaped.</summary>
    private const string VerdictPlace = "<section id=\"verdict\"></section>";

    /// <returns>UTF-8. The same record and report give the same bytes.</returns>
    public static byte[] Write(TrainingRecord record, ModelSignature signature, EvaluationReport report)
    {
        var page = Markup.Of($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{record.Spec.Model} · evaluation")
            .Add($"</title>");
        page.Add($"<style>\n{ReportSections.Style()}</style></head><body><main>{ReportSections.Header(record, signature, report)}");
        page.Add($"{Markup.Trusted(VerdictPlace)}{ReportSections.Cautions(report)}{ReportSections.Choice(report)}");
        page.Add($"{ReportSections.Plots(record, report)}{ImportanceSection.Write(report)}");
        page.Add($"{ReportSections.Metrics(report)}{ReportSections.Classes(report)}{ReportSections.Slices(report)}");
        page.Add($"{ReportSections.CrossValidation(report)}{ReportSections.Origin(record, signature)}</main></body></html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    /// <summary>The page with what the gates said of its version.</summary>
    /// <param name="page">As <see cref="Write"/> gave it; one of an earlier version has no place for a verdict and stays as it
    /// is.</param>
    /// <param name="verdict">Null as long as the gates have not been asked.</param>
    public static byte[] WithVerdict(byte[] page, GateVerdict? verdict)
    {
        var place = Encoding.UTF8.GetBytes(VerdictPlace);
        var at = page.AsSpan().IndexOf(place);
        if (verdict is null || at < 0)
        {
            return page;
        }

        var section = Encoding.UTF8.GetBytes(VerdictSection.Write(verdict).ToString());
        return [.. page.AsSpan(0, at), .. section, .. page.AsSpan(at + place.Length)];
    }
}
