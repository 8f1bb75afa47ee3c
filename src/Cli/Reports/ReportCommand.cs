using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Mlops.Cli.Reports;

/// <summary><c>mlops report MODEL [VERSION]</c>: how good a version is, on the screen, as JSON or as a page to look at.</summary>
internal static class ReportCommand
{
    public static Command Create(MlopsCommand mlops)
    {
        var model = new Argument<string>("model") { Description = "A registered model." };
        var version = new Argument<string>("version")
        {
            Description = "A version's number, or an alias.",
            DefaultValueFactory = _ => "champion",
        };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "Writes the report as an HTML page to this file." };
        return mlops.Talking(
            new Command("report", "Shows how good a version is.") { model, version, output },
            async (parsed, client, cancellationToken) =>
            {
                var path = await PathAsync(
                    client, parsed.GetRequiredValue(model), parsed.GetRequiredValue(version), cancellationToken);
                if (parsed.GetValue(output) is { } file)
                {
                    var page = await client.DownloadAsync($"{path}/report", "text/html", cancellationToken);
                    await File.WriteAllBytesAsync(file.FullName, page, cancellationToken);
                }

                if (mlops.WantsJson(parsed))
                {
                    mlops.Print(await client.GetAsync($"{path}/files/evaluation.json", cancellationToken));
                    return ExitCode.Done;
                }

                Show(
                    mlops.Screen,
                    await client.GetAsync(path, cancellationToken),
                    await client.GetAsync($"{path}/files/evaluation.json", cancellationToken));
                if (parsed.GetValue(output) is { } written)
                {
                    mlops.Screen.WriteLine($"The page is in {written.FullName}");
                }

                return ExitCode.Done;
            });
    }

    /// <summary>The version's path, an alias being looked up first.</summary>
    private static async Task<string> PathAsync(
        PlatformClient client, string model, string version, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/models/{Uri.EscapeDataString(model)}";
        if (int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return $"{path}/versions/{number}";
        }

        var registered = await client.GetAsync(path, cancellationToken);
        return registered["aliases"]?[version] is { } carried
            ? $"{path}/versions/{carried}"
            : throw new CheckFailedException($"No version of '{model}' carries the alias '{version}'.");
    }

    private static void Show(IAnsiConsole console, JsonNode version, JsonNode evaluation)
    {
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{version["model"]} version {version["number"]} on {evaluation["rows"]} held-out rows"));
        var table = new Table().AddColumns("metric", "model", "interval", "baseline").RoundedBorder();
        foreach (var (metric, value) in evaluation["metrics"]!.AsObject())
        {
            var interval = evaluation["intervals"]?[metric];
            table.AddRow(
                Markup.Escape(metric),
                Text(value),
                interval is null ? "" : $"{Text(interval["low"])} to {Text(interval["high"])}",
                Text(evaluation["baseline"]?[metric]));
        }

        console.Write(table);
        foreach (var finding in version["verdict"]?["findings"]?.AsArray() ?? [])
        {
            var passed = finding!["passed"]!.GetValue<bool>();
            console.MarkupLine($"{(passed ? "[green]✓[/]" : "[red]✗[/]")} {Markup.Escape($"{finding["gate"]}: {finding["detail"]}")}");
        }
    }

    private static string Text(JsonNode? value) => value?.GetValue<double>().ToString("0.####", CultureInfo.InvariantCulture) ?? "";
}
