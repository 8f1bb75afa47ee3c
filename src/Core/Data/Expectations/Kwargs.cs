using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Mlops.Data;

/// <summary>Reads the arguments of one expectation and notes everything that is wrong with them.</summary>
/// <remarks>What it gives for a wrong argument stands in for it and is never used: a suite with errors is not evaluated.</remarks>
internal sealed class Kwargs(Expectation expectation, string path, List<SuiteError> errors)
{
    public const int MaxList = 100_000;
    private const int MaxRegex = 1_000;
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public string RequiredText(string name)
    {
        if (Find(name) is { } value && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 and <= 1_000 } text)
        {
            return text;
        }

        return Wrong(name, Has(name) ? "expected 1 to 1000 characters" : "is required: a text", "");
    }

    public string Column(string name = "column")
    {
        if (Find(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text
            && text.Length <= CsvLimits.Default.MaxNameLength)
        {
            return text;
        }

        return Wrong(name, Has(name) ? "expected the name of a column" : "is required: the name of a column", "");
    }

    public IReadOnlyList<string> Columns(string name, int least)
    {
        var list = Items(name);
        if (list is null)
        {
            return [];
        }

        var columns = new List<string>();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].ValueKind is not JsonValueKind.String || list[i].GetString() is not { Length: > 0 } column)
            {
                Wrong($"{name}[{i}]", "expected the name of a column", 0);
            }
            else if (columns.Contains(column, StringComparer.Ordinal))
            {
                Wrong($"{name}[{i}]", $"'{column}' is named twice", 0);
            }
            else
            {
                columns.Add(column);
            }
        }

        return list.Count >= least ? columns : Wrong(name, $"expected at least {least} columns", columns);
    }

    public double Mostly() => Number("mostly", 0, 1) ?? 1;

    /// <param name="from">The least it may be.</param>
    /// <param name="to">The most.</param>
    public double? Number(string name, double from = double.MinValue, double to = double.MaxValue)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var number) && number >= from && number <= to
            ? number
            : Wrong(name, (from, to) switch
            {
                (double.MinValue, double.MaxValue) => "expected a number",
                (_, double.MaxValue) => FormattableString.Invariant($"expected a number from {from}"),
                _ => FormattableString.Invariant($"expected a number from {from} to {to}"),
            }, from is double.MinValue ? 0 : from);
    }

    public double RequiredNumber(string name, double from = double.MinValue)
    {
        if (!Has(name))
        {
            return Wrong(name, "is required: a number", 0);
        }

        return Number(name, from) ?? 0;
    }

    public bool Flag(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => Wrong(name, "expected true or false", otherwise),
    };

    public string OneOf(string name, params ReadOnlySpan<string> choices)
    {
        var given = Find(name);
        if (given is null)
        {
            return choices[0];
        }

        return given is { ValueKind: JsonValueKind.String } value && choices.Contains(value.GetString() ?? "")
            ? value.GetString() ?? choices[0]
            : Wrong(name, $"expected one of {string.Join(", ", choices.ToArray())}", choices[0]);
    }

    /// <summary><c>min_value</c>, <c>max_value</c>, <c>strict_min</c> and <c>strict_max</c>, at least one of the first two.</summary>
    /// <param name="takesInstants">Whether a bound may be an ISO 8601 instant.</param>
    /// <param name="from">The least that a bound may be.</param>
    /// <param name="to">The most.</param>
    public Bounds Bounds(bool takesInstants = false, double from = double.MinValue, double to = double.MaxValue)
    {
        var (min, minIsInstant) = Bound("min_value", takesInstants, from, to);
        var (max, maxIsInstant) = Bound("max_value", takesInstants, from, to);
        var (strictMin, strictMax) = (Flag("strict_min", false), Flag("strict_max", false));
        if (min is null && max is null && !Has("min_value") && !Has("max_value"))
        {
            Wrong("min_value", "is required, or max_value is", 0);
        }
        else if (min > max)
        {
            Wrong("max_value", "expected at least min_value", 0);
        }
        else if (min is not null && max is not null && minIsInstant != maxIsInstant)
        {
            Wrong("max_value", "expected a number or an instant as min_value is", 0);
        }

        return new Bounds(min, max, strictMin, strictMax);
    }

    public ValueSet Values(string name)
    {
        var items = Items(name) ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
            {
                Wrong($"{name}[{i}]", "expected a text, a number, true or false", 0);
            }
        }

        return new ValueSet(items);
    }

    public IReadOnlyList<double> Numbers(string name, JsonElement? within = null, string? of = null)
    {
        var (list, place) = within is { } parent
            ? (parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var found) ? Listed(found, $"{of}.{name}") : null, $"{of}.{name}")
            : (Items(name), name);
        if (list is null)
        {
            return within is null ? [] : Wrong<IReadOnlyList<double>>(place, "is required: a list of numbers", []);
        }

        var numbers = new List<double>();
        for (var i = 0; i < list.Count; i++)
        {
            numbers.Add(list[i].ValueKind is JsonValueKind.Number && list[i].TryGetDouble(out var number) && double.IsFinite(number)
                ? number
                : Wrong($"{place}[{i}]", "expected a number", 0.0));
        }

        return numbers;
    }

    public JsonElement? Object(string name)
    {
        var value = Find(name);
        return value is { ValueKind: JsonValueKind.Object }
            ? value
            : Wrong<JsonElement?>(name, value is null ? "is required: an object" : "expected an object", null);
    }

    public IReadOnlyList<JsonElement>? Items(string name) => Find(name) is { } value
        ? Listed(value, name)
        : Wrong<IReadOnlyList<JsonElement>?>(name, "is required: a list", null);

    public Regex Pattern(string name)
    {
        var text = Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        if (text is not { Length: > 0 and <= MaxRegex })
        {
            return Wrong(name, $"{(Has(name) ? "expected" : "is required:")} a regular expression of 1 to {MaxRegex} characters", Any);
        }

        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (Exception refusal) when (refusal is ArgumentException or NotSupportedException)
        {
            return Wrong(name, refusal is NotSupportedException
                ? "expected a regular expression without backreferences, lookarounds and atomic groups, and not too large"
                : $"expected a regular expression: {refusal.Message}", Any);
        }
    }

    public Condition? Where() => Has("row_condition") ? ReadCondition("row_condition") : null;

    public Condition? RequiredCondition(string name) =>
        Has(name) ? ReadCondition(name) : Wrong<Condition?>(name, "is required: a condition on a row, as amount < 0 or paid is null", null);

    public bool Has(string name) => Find(name) is not null;

    public T Wrong<T>(string name, string problem, T instead)
    {
        errors.Add(new SuiteError($"{path}.kwargs.{name}", problem));
        return instead;
    }

    /// <summary>Says of every argument that was not asked for that it is none.</summary>
    public void RefuseUnknown()
    {
        foreach (var name in expectation.Kwargs.Keys.Where(name => !_known.Contains(name)).Order(StringComparer.Ordinal))
        {
            Wrong(name, $"there is no such argument; {expectation.Type} takes {string.Join(", ", _known.Order(StringComparer.Ordinal))}", 0);
        }
    }

    private static Regex Any { get; } = new("", RegexOptions.NonBacktracking, LongestMatch);

    private JsonElement? Find(string name)
    {
        _known.Add(name);
        return expectation.Kwargs.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? value
            : null;
    }

    private (double? Value, bool IsInstant) Bound(string name, bool takesInstants, double from, double to)
    {
        if (takesInstants && Find(name) is { ValueKind: JsonValueKind.String } text)
        {
            return IsoTimestamp.TryRead(Encoding.UTF8.GetBytes(text.GetString() ?? ""), out var seconds)
                ? (seconds, true)
                : (Wrong<double?>(name, "expected a number or an ISO 8601 instant", null), false);
        }

        return (Number(name, from, to), false);
    }

    private IReadOnlyList<JsonElement>? Listed(JsonElement value, string name) => value.ValueKind is JsonValueKind.Array
        && value.GetArrayLength() is > 0 and <= MaxList
            ? [.. value.EnumerateArray()]
            : Wrong<IReadOnlyList<JsonElement>?>(name, $"expected a list of 1 to {MaxList}", null);

    private Condition? ReadCondition(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.String } value)
        {
            return Wrong<Condition?>(name, "expected a condition on a row, as amount < 0 or paid is null", null);
        }

        try
        {
            return Condition.Parse(value.GetString() ?? "");
        }
        catch (FormatException fault)
        {
            return Wrong<Condition?>(name, fault.Message, null);
        }
    }
}

/// <summary>Where a number must lie.</summary>
internal sealed record Bounds(double? Min, double? Max, bool IsStrictMin = false, bool IsStrictMax = false)
{
    private readonly double _min = Min ?? double.NegativeInfinity;
    private readonly double _max = Max ?? double.PositiveInfinity;
    private readonly bool _isStrictMin = IsStrictMin && Min is not null;
    private readonly bool _isStrictMax = IsStrictMax && Max is not null;

    /// <summary>Not for NaN.</summary>
    public bool Hold(double value) =>
        (_isStrictMin ? value > _min : value >= _min) && (_isStrictMax ? value < _max : value <= _max);
}
