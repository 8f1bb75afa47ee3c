using System.Text.Json;

namespace Mlops.Data;

/// <summary>Reads the JSON that Great Expectations writes a suite as, of its 0.x and 1.x versions.</summary>
/// <remarks>
/// <c>{"name" or "expectation_suite_name", "expectations": [{"type" or "expectation_type", "kwargs": {…}, "severity", "meta"}]}</c>.
/// What only says how that program is to run or show an expectation is left out; what changes its meaning is not.
/// </remarks>
public static class SuiteImport
{
    private static readonly HashSet<string> IdleKwargs = new(StringComparer.Ordinal)
    {
        "result_format", "include_config", "catch_exceptions", "batch_id", "condition_parser", "auto", "profiler_config", "meta",
        "output_strftime_format",
    };

    public static ImportReading Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement.Clone());
        }
        catch (JsonException fault)
        {
            return new ImportReading.Wrong(
                [new SuiteError("body", $"is not JSON from line {fault.LineNumber + 1}, byte {fault.BytePositionInLine} on")]);
        }
        catch (InvalidOperationException)
        {
            // JSON can escape half a character, which only shows when the text is read.
            return new ImportReading.Wrong([new SuiteError("body", "has a text that is not Unicode")]);
        }
    }

    private static ImportReading Read(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return new ImportReading.Wrong([new SuiteError("body", "expected a JSON object")]);
        }

        var errors = new List<SuiteError>();
        var text = Text(root, "name") ?? Text(root, "expectation_suite_name");
        if (!SuiteName.TryParse(text, null, out var name))
        {
            errors.Add(new SuiteError("name", $"expected {SuiteName.Rule}"));
        }

        var expectations = new List<Expectation>();
        if (!root.TryGetProperty("expectations", out var list) || list.ValueKind is not JsonValueKind.Array)
        {
            errors.Add(new SuiteError("expectations", "is required: a list"));
        }
        else
        {
            foreach (var (item, place) in list.EnumerateArray().Select((item, place) => (item, place)))
            {
                expectations.Add(ReadExpectation(item, $"expectations[{place}]", errors));
            }
        }

        return errors.Count is 0 && name is not null
            ? new ImportReading.Read(name, new ExpectationSuite(expectations, Meta: Members(root, "meta")))
            : new ImportReading.Wrong(errors);
    }

    private static Expectation ReadExpectation(JsonElement item, string path, List<SuiteError> errors)
    {
        var isObject = item.ValueKind is JsonValueKind.Object;
        var type = isObject ? Text(item, "type") ?? Text(item, "expectation_type") : null;
        if (type is null)
        {
            errors.Add(new SuiteError($"{path}.type", "is required: the name of an expectation"));
        }

        var kwargs = isObject ? Members(item, "kwargs") : null;
        if (kwargs is null)
        {
            errors.Add(new SuiteError($"{path}.kwargs", "is required: an object"));
        }

        var severity = ExpectationSeverity.Critical;
        if (isObject && item.TryGetProperty("severity", out var given) && given.ValueKind is not JsonValueKind.Null
            && !(given.ValueKind is JsonValueKind.String && Enum.TryParse(given.GetString(), ignoreCase: true, out severity)
                && Enum.IsDefined(severity)))
        {
            errors.Add(new SuiteError($"{path}.severity", "expected one of critical, warning, info"));
        }

        var meaning = (kwargs ?? []).Where(pair => !IdleKwargs.Contains(pair.Key) && pair.Value.ValueKind is not JsonValueKind.Null);
        var meta = isObject ? Members(item, "meta") : null;
        return new Expectation(
            ExpectationTypes.Canonical(type ?? ""),
            meaning.ToDictionary(pair => pair.Key, pair => pair.Value),
            severity,
            meta is { Count: 0 } ? null : meta);
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static Dictionary<string, JsonElement>? Members(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        // Of a repeated name the last one counts, as Python has it.
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }
}

/// <summary>What came of reading a foreign suite.</summary>
public abstract record ImportReading
{
    private ImportReading() { }

    public sealed record Read(SuiteName Name, ExpectationSuite Suite) : ImportReading;

    public sealed record Wrong(IReadOnlyList<SuiteError> Errors) : ImportReading;
}
