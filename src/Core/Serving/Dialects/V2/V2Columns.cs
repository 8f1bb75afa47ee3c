using Mlops.Data;

namespace Mlops.Serving;

/// <summary>What an input of a model of a table stands for: a feature, or all numeric ones, or all others.</summary>
/// <param name="Slots">In the order of the signature; all numeric or all not.</param>
internal sealed record V2Columns(string Name, FeatureSlot[] Slots)
{
    public bool IsNumeric => Slots[0].Feature.IsNumeric;
}

/// <summary>Puts elements into the rows of a request.</summary>
/// <param name="numbers">Of all rows, row-major [rows, <paramref name="width"/>].</param>
internal readonly ref struct NumberColumns(FeatureSlot[] slots, Span<float> numbers, int width)
{
    private readonly Span<float> _numbers = numbers;

    /// <param name="index">Row-major of [rows, slots].</param>
    /// <param name="value">NaN for what is missing.</param>
    /// <returns>What was expected, if the feature has no such value.</returns>
    public string? Set(int index, double value)
    {
        var slot = slots[index % slots.Length];
        var single = (float)value;
        _numbers[(index / slots.Length * width) + slot.Index] = single;
        return (slot.Feature, float.IsFinite(single)) switch
        {
            ({ Nullable: true }, _) when double.IsNaN(value) => null,
            ({ Type: ColumnType.Integer }, true) when Math.Truncate(value) == value => null,
            ({ Type: ColumnType.Boolean }, true) when value is 0 or 1 => null,
            ({ Type: ColumnType.Number or ColumnType.Timestamp }, true) => null,
            _ => Expected(slot.Feature),
        };
    }

    public string Expected(int index) => Expected(slots[index % slots.Length].Feature);

    private static string Expected(ColumnSchema feature)
    {
        var value = feature.Type switch
        {
            ColumnType.Integer => "a whole number that fits a 32-bit float",
            ColumnType.Boolean => "true or false, or 1 or 0",
            ColumnType.Timestamp => "Unix seconds",
            _ => "a number that fits a 32-bit float",
        };
        return $"{value}{(feature.Nullable ? ", or NaN or null if it is missing," : "")} for '{feature.Name}'";
    }
}

/// <summary>Puts texts into the rows of a request.</summary>
/// <param name="strings">Of all rows, row-major [rows, <paramref name="width"/>].</param>
internal readonly ref struct TextColumns(FeatureSlot[] slots, Span<string> strings, int width)
{
    private readonly Span<string> _strings = strings;

    /// <param name="utf8">Valid UTF-8, not escaped; empty for what is missing.</param>
    public string? Set(int index, ReadOnlySpan<byte> utf8)
    {
        var slot = slots[index % slots.Length];
        return Set(index, slot.Categories is { } categories ? categories.Get(utf8) : System.Text.Encoding.UTF8.GetString(utf8));
    }

    /// <returns>What was expected, if the feature has no such value.</returns>
    public string? Set(int index, string text)
    {
        var slot = slots[index % slots.Length];
        _strings[(index / slots.Length * width) + slot.Index] = text;
        return text.Length > 0 || slot.Feature.Nullable ? null : Expected(index);
    }

    public string Expected(int index)
    {
        var feature = slots[index % slots.Length].Feature;
        return $"a string{(feature.Nullable ? " or null" : " that is not empty")} for '{feature.Name}'";
    }
}
