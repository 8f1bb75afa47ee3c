using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Mlops.Cli.Registry;

/// <summary><c>mlops register FILE --name MODEL</c>: an ONNX file made elsewhere becomes a version of a registered model.</summary>
internal static class RegisterCommand
{
    public static Command Create(MlopsCommand mlops)
    {
        var file = new Argument<FileInfo>("file") { Description = "An ONNX file, all of the model in one." };
        file.AcceptExistingOnly();
        var name = new Option<string>("--name") { Description = "The registered model; made if there is none yet.", Required = true };
        var features = new Option<string?>("--features") { Description = "The names of the input's columns, with commas between." };
        var numbered = new Option<bool>("--numbered") { Description = "Calls the columns f0, f1, … instead." };
        var classes = new Option<string?>("--classes")
        {
            Description = "The class labels, with commas between, the positive one last; those in the graph if absent.",
        };
        var task = new Option<string?>("--task") { Description = "binary, multiclass or regression; what the graph looks like if absent." };
        task.AcceptOnlyFromAmong("binary", "multiclass", "regression", "tensors");
        var target = new Option<string?>("--target") { Description = "What the model predicts." };
        var description = new Option<string?>("--description") { Description = "About the version, for people." };
        var framework = new Option<string?>("--framework") { Description = "What the model was made with." };
        var key = new Option<string?>("--idempotency-key") { Description = "Registers once, however often it is sent." };
        return mlops.Talking(
            new Command("register", "Registers an ONNX file made elsewhere as a version of a model.")
            {
                file, name, features, numbered, classes, task, target, description, framework, key,
            },
            async (parsed, client, cancellationToken) =>
            {
                var spec = new JsonObject
                {
                    ["features"] = List(parsed.GetValue(features), text => new JsonObject { ["name"] = text }),
                    ["numbered"] = parsed.GetValue(numbered),
                    ["classes"] = List(parsed.GetValue(classes), text => JsonValue.Create(text)),
                    ["task"] = parsed.GetValue(task),
                    ["target"] = parsed.GetValue(target),
                    ["description"] = parsed.GetValue(description),
                    ["framework"] = parsed.GetValue(framework),
                };
                var version = await client.RegisterAsync(
                    parsed.GetRequiredValue(name),
                    parsed.GetRequiredValue(file).FullName,
                    spec,
                    parsed.GetValue(key),
                    cancellationToken);
                if (mlops.WantsJson(parsed))
                {
                    mlops.Print(version);
                }
                else
                {
                    new StepScreen(mlops.Screen).Say(string.Create(
                        CultureInfo.InvariantCulture, $"{version["model"]} version {version["number"]}: {Told(version["signature"]!)}"));
                }

                return ExitCode.Done;
            });
    }

    private static JsonArray? List(string? text, Func<string, JsonNode?> item) =>
        text is null ? null : [.. text.Split(',', StringSplitOptions.TrimEntries).Select(item)];

    private static string Told(JsonNode signature)
    {
        if (signature["tensors"] is { } tensors)
        {
            return $"takes tensors {Names(tensors["inputs"])}, gives {Names(tensors["outputs"])}";
        }

        var classes = signature["classes"]!.AsArray();
        var answers = classes.Count is 0 ? "" : $", classes {string.Join(", ", classes)}";
        return string.Create(
            CultureInfo.InvariantCulture, $"{signature["task"]}, {signature["features"]!.AsArray().Count} features{answers}");
    }

    private static string Names(JsonNode? tensors) => string.Join(", ", tensors!.AsArray().Select(tensor =>
        $"{tensor!["name"]} {tensor["type"]} [{string.Join(", ", tensor["shape"]!.AsArray())}]"));
}
