using System.CommandLine;
using System.Globalization;

namespace Mlops.Cli.Data;

/// <summary><c>mlops upload DATASET FILE</c>: a CSV file becomes a version of a data set, or is found to be one already.</summary>
internal static class UploadCommand
{
    public static Command Create(MlopsCommand mlops)
    {
        var dataset = new Argument<string>("dataset") { Description = "The data set's name; made if there is none yet." };
        var file = new Argument<FileInfo>("file") { Description = "A CSV file with a header." };
        file.AcceptExistingOnly();
        return mlops.Talking(
            new Command("upload", "Uploads a CSV file as a version of a data set.") { dataset, file },
            async (parsed, client, cancellationToken) =>
            {
                var version = await client.UploadAsync(
                    parsed.GetRequiredValue(dataset), parsed.GetRequiredValue(file).FullName, cancellationToken);
                if (mlops.WantsJson(parsed))
                {
                    mlops.Print(version);
                }
                else
                {
                    new StepScreen(mlops.Screen).Say(string.Create(
                        CultureInfo.InvariantCulture,
                        $"version {version["number"]}: {version["rows"]} rows, {version["columns"]!.AsArray().Count} columns"));
                }

                return ExitCode.Done;
            });
    }
}
