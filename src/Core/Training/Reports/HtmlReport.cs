using System.Text;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A report as one page that needs nothing else: no scripts, no links, plots drawn in it; for light and dark screens.</summary>
public static class HtmlReport
{
    /// <returns>UTF-8. The same record and report give the same bytes.</returns>
    public static byte[] Write(TrainingRecord record, ModelSignature signature, EvaluationReport report)
    {
        var page = Markup.Of($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{record.Spec.Model} · evaluation</title>");
        page.Add($"<style>\n{ReportSections.Style()}</style></head><body><main>{ReportSections.Header(record, signature, report)}");
        page.Add($"{ReportSections.Cautions(report)}{ReportSections.Plots(record, report)}");
        page.Add($"{ReportSections.Metrics(report)}{ReportSections.Classes(report)}{ReportSections.Slices(report)}");
        page.Add($"{ReportSections.CrossValidation(report)}{ReportSections.Origin(record, signature)}</main></body></html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }
}
