using System.Text;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd.Fuzz;

/// <summary>Makes deformed requests of an operation's good ones. The same seed makes the same ones.</summary>
internal sealed class Deformations(DocumentedPlatform platform, int seed)
{
    /// <summary>The operations that would take away what the others need are aimed at something that may go.</summary>
    private static readonly Dictionary<string, (string From, string To)> Spared = new(StringComparer.Ordinal)
    {
        ["RemoveEndpoint"] = ("endpoints/fruit", "endpoints/spare"),
        ["ReplaceEndpoint"] = ("endpoints/fruit", "endpoints/spare"),
        ["RemoveModelAlias"] = ("aliases/champion", "aliases/spare"),
        ["SetModelAlias"] = ("aliases/champion", "aliases/spare"),
    };

    private readonly Random _random = new(seed);

    /// <summary>Cases that lead to each answer that the operation is said to give.</summary>
    public IEnumerable<FuzzCase> Systematic(ApiOperation operation)
    {
        foreach (var name in operation.ParameterNames("path").Where(name => name is not ("path" or "key")))
        {
            var unknown = name is "number" ? "999" : name is "id" or "runId" ? new string('0', 32) : "unknown";
            yield return Good(operation) with { Wrong = Wrong.Path, Target = With(operation, name, unknown) };
            yield return Good(operation) with { Wrong = Wrong.Path, Target = With(operation, name, "%20") };
        }

        if (operation.ParameterNames("path").Contains("path"))
        {
            yield return Good(operation) with { Wrong = Wrong.Path, Target = With(operation, "path", "unknown.txt") };
            yield return Good(operation) with { Wrong = Wrong.Path, Target = With(operation, "path", "a%5Cb") };
        }

        if (operation.ParameterNames("header").Contains("If-Match"))
        {
            yield return Good(operation) with { Headers = [("If-Match", "\"never\"")], Wrong = Wrong.Field };
        }

        if (operation.ParameterNames("header").Contains("If-None-Match"))
        {
            yield return Good(operation) with { Headers = [("If-None-Match", "*")], Wrong = Wrong.Nothing };
        }

        foreach (var media in Nonsense.MediaTypes.Where(_ => operation.Bodies.Count > 0))
        {
            yield return Good(operation) with { MediaType = media, Wrong = Wrong.Field };
        }

        if (operation.TakesJson)
        {
            var tooLong = IsPrediction(operation) ? (16 * 1024 * 1024) + 1 : (1024 * 1024) + 1;
            var blank = Good(operation) with { Body = Encoding.ASCII.GetBytes(new string(' ', tooLong)), Wrong = Wrong.Field };
            yield return blank;
            yield return blank with { IsChunked = true };
        }
    }

    private static bool IsPrediction(ApiOperation operation) =>
        operation.Id is "Predict" or "V1Predict" or "V1Explain" or "PredictOne" or "Invoke" or "InvokeEndpoint";

    /// <summary>Some deformed requests.</summary>
    public IEnumerable<FuzzCase> Some(ApiOperation operation, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var good = Good(operation) with { Wrong = Wrong.Field };
            yield return _random.Next(operation.Bodies.Count > 0 ? 10 : 5) switch
            {
                0 => WrongPath(operation),
                1 => WrongMethod(operation),
                2 or 3 => good with { Target = Join(good.Target, Pick(Nonsense.Queries)) },
                4 => good with { Headers = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Pick(Nonsense.Headers))] },
                5 => good with { Body = Pick(Nonsense.Bodies), IsChunked = _random.Next(3) is 0 },
                6 => good with { Body = Damaged(good.Body ?? []) },
                _ => good with { Body = Rewritten(good), IsChunked = _random.Next(5) is 0 },
            };
        }
    }

    /// <summary>The operation as its example has it.</summary>
    public FuzzCase Good(ApiOperation operation)
    {
        var target = platform.PathOf(operation);
        if (Spared.TryGetValue(operation.Id, out var other))
        {
            target = target.Replace(other.From, other.To, StringComparison.Ordinal);
        }

        var examples = operation.Examples.ToList();
        if (examples.Count is 0)
        {
            return new FuzzCase(operation, Wrong.Nothing, operation.Method, target);
        }

        var (media, body) = Pick(examples);
        var text = media is "application/json" ? body.ToJsonString() : body.GetValue<string>();
        return new FuzzCase(operation, Wrong.Nothing, operation.Method, target, Encoding.UTF8.GetBytes(text), media);
    }

    private FuzzCase WrongPath(ApiOperation operation)
    {
        var good = Good(operation);
        var names = operation.ParameterNames("path").ToList();
        var target = names.Count > 0 && _random.Next(5) > 0
            ? With(operation, Pick(names), Pick(Nonsense.Segments))
            : good.Target.Insert(_random.Next(1, good.Target.Length), Pick(Nonsense.Segments));
        return good with { Target = target, Wrong = Wrong.Path };
    }

    private FuzzCase WrongMethod(ApiOperation operation)
    {
        var right = ApiDescription.Operations.Where(other => other.Path == operation.Path).Select(other => other.Method);
        return Good(operation) with { Method = Pick(Nonsense.Methods.Except(right).ToList()), Wrong = Wrong.Method };
    }

    private string With(ApiOperation operation, string parameter, string value)
    {
        var path = operation.Path;
        foreach (var name in operation.ParameterNames("path"))
        {
            path = path.Replace($"{{{name}}}", name == parameter ? value : platform.ParameterOf(operation, name), StringComparison.Ordinal);
        }

        return path;
    }

    /// <summary>A body that is cut short, or has other bytes somewhere, or more.</summary>
    private byte[] Damaged(byte[] body)
    {
        var at = _random.Next(body.Length + 1);
        byte[] foreign = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => (byte)_random.Next(256))];
        return _random.Next(4) switch
        {
            0 => body[..at],
            1 => [.. body[..at], .. foreign, .. body[at..]],
            2 => [.. body[..at], .. foreign, .. body[Math.Min(body.Length, at + foreign.Length)..]],
            _ => [.. body, .. body],
        };
    }

    /// <summary>A document of another shape: a value replaced, a member renamed, missing, added or there twice.</summary>
    private byte[] Rewritten(FuzzCase good)
    {
        var body = good.Body ?? [];
        if (good.MediaType is not "application/json")
        {
            return Damaged(body);
        }

        var text = Encoding.UTF8.GetString(body);
        var root = JsonNode.Parse(text);
        var places = Places(root).ToList();
        var place = Pick(places);
        const string Mark = "\"here 5f1d\"";
        switch (_random.Next(6))
        {
            case 0 when place.Parent is JsonObject map:
                map.Remove(place.GetPropertyName());
                break;
            case 1 when place.Parent is JsonObject map:
                map[Pick(["unknown", "", "Model", "\u00fc", "a.b", "records", "constructor"])] = 1;
                break;
            case 2 when place.Parent is JsonObject map:
                var twice = $"{place.ToJsonString()}, \"{place.GetPropertyName()}\": {place.ToJsonString()}";
                return Encoding.UTF8.GetBytes(Replace(root, place, Mark).Replace(Mark, twice, StringComparison.Ordinal));
            default:
                return Encoding.UTF8.GetBytes(Replace(root, place, Mark).Replace(Mark, Pick(Nonsense.Values), StringComparison.Ordinal));
        }

        return Encoding.UTF8.GetBytes(root?.ToJsonString() ?? "");
    }

    private static string Replace(JsonNode? root, JsonNode place, string mark)
    {
        var document = root?.ToJsonString() ?? "";
        var copy = JsonNode.Parse(document);
        var steps = place.GetPath();
        var at = Places(copy).Single(candidate => candidate.GetPath() == steps);
        at.ReplaceWith(JsonNode.Parse(mark));
        return copy?.ToJsonString() ?? "";
    }

    /// <summary>Every value below the root.</summary>
    private static IEnumerable<JsonNode> Places(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member.Value is { } value ? Places(value).Prepend(value) : []),
        JsonArray list => list.SelectMany(item => item is { } value ? Places(value).Prepend(value) : []),
        _ => [],
    };

    private static string Join(string target, string query) =>
        target + (target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;

    private T Pick<T>(IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];
}
