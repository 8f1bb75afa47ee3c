using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Inputs of a model of a table, which go straight into the rows that it scores.</summary>
internal sealed class V2RowInputs(V2Model model, FeatureRows rows, int bodyLength, V2Errors errors) : V2Inputs
{
    [ThreadStatic]
    private static bool[]? s_given;

    private readonly bool[] _isGiven = Given(model.Features.Count);

    public override bool TryBegin(V2Input input)
    {
        var columns = model.Columns[input.Name ?? 0];
        if (columns.IsNumeric == (input.Type is TensorType.String))
        {
            var expected = columns.IsNumeric ? "a datatype of numbers" : "BYTES";
            errors.Add(input.Path("datatype"), $"expected {expected} for '{columns.Name}'");
            return false;
        }

        return HasRows(input, columns) && AreNew(input, columns);
    }

    public override bool TryReadNumbers(ref Utf8JsonReader json, ref ReadOnlySpan<byte> utf8, V2Input input)
    {
        var slots = model.Columns[input.Name ?? 0].Slots;
        if (input.Shape.Length is not 2 || !AreWholeRows(slots))
        {
            return false;
        }

        var count = rows.Count;
        var before = json;
        var text = utf8;
        rows.Clear();
        if (JsonNumberRows.TryRead(ref json, ref utf8, rows, count) && rows.Count == count)
        {
            return true;
        }

        json = before;
        utf8 = text;
        rows.Resize(count);
        return false;
    }

    public override void ReadJson(ref Utf8JsonReader json, V2Input input)
    {
        var columns = model.Columns[input.Name ?? 0];
        if (columns.IsNumeric)
        {
            var sink = new NumberSink(input.Type ?? default, new NumberColumns(columns.Slots, rows.Numbers, model.Numbers));
            JsonElements.Read(ref json, input, ref sink, errors);
        }
        else
        {
            var sink = new TextSink(new TextColumns(columns.Slots, rows.Strings, model.Texts));
            JsonElements.Read(ref json, input, ref sink, errors);
        }
    }

    public override void ReadBinary(ReadOnlyMemory<byte> data, V2Input input)
    {
        var slots = model.Columns[input.Name ?? 0].Slots;
        if (input.Type is TensorType.Float32 && AreWholeRows(slots) && TryCopy(data.Span))
        {
            return;
        }

        if (input.Type is not TensorType.String)
        {
            var numbers = new NumberColumns(slots, rows.Numbers, model.Numbers);
            for (var i = 0; i < input.Count && !errors.IsFull; i++)
            {
                var value = BinaryElements.Number(data.Span, input.Type ?? default, i);
                if (value is null || numbers.Set(i, value.Value) is not null)
                {
                    var found = value is { } number ? number.ToString(CultureInfo.InvariantCulture) : "a byte that is neither 0 nor 1";
                    errors.Add(input.ElementPath(i), $"expected {numbers.Expected(i)}, found {found}");
                }
            }

            return;
        }

        var texts = new TextColumns(slots, rows.Strings, model.Texts);
        var elements = new BinaryTexts(data.Span);
        for (var i = 0; elements.MoveNext(input, i, errors); i++)
        {
            if (texts.Set(i, elements.Current) is { } expected)
            {
                errors.Add(input.ElementPath(i), $"expected {expected}, found an empty string");
            }
        }
    }

    public override void End()
    {
        for (var i = 0; i < model.Features.Count; i++)
        {
            if (!_isGiven[i])
            {
                errors.Add("inputs", $"expected an input for the feature '{model.Features[i].Name}'");
            }
        }
    }

    public override DialectReading Reading(V2Answer answer) => new DialectReading.Rows(rows, answer) { RequestId = answer.Id };

    public override void Discard() => rows.Dispose();

    /// <summary>As many false values, in memory that this thread uses for one request after the other.</summary>
    private static bool[] Given(int features)
    {
        if (s_given is not { } given || given.Length < features)
        {
            return s_given = new bool[features];
        }

        Array.Clear(given, 0, features);
        return given;
    }

    /// <summary>Whether these are all numbers of a row, and any number will do for each.</summary>
    private bool AreWholeRows(FeatureSlot[] slots) =>
        slots.Length == model.Numbers && Array.TrueForAll(slots, static slot => slot.Feature.Type is ColumnType.Number);

    /// <summary>Takes numbers as they lie in the body.</summary>
    /// <returns>False if one is not finite.</returns>
    private bool TryCopy(ReadOnlySpan<byte> data)
    {
        var numbers = rows.Numbers;
        data.CopyTo(MemoryMarshal.AsBytes(numbers));
        return BitConverter.IsLittleEndian && FiniteNumbers.AreAll(numbers);
    }

    private bool HasRows(V2Input input, V2Columns columns)
    {
        var shape = input.Shape;
        var width = columns.Slots.Length;
        if (!((shape.Length is 2 && shape[1] == width) || (shape.Length is 1 && width is 1)))
        {
            var expected = width is 1 ? "[n] or [n, 1]" : $"[n, {width}]";
            errors.Add(input.Path("shape"), $"expected {expected} for '{columns.Name}', found {V2Input.Told(shape)}");
            return false;
        }

        var count = (int)shape[0];
        if (count is 0 or > PredictionRequestReader.MaxRecords)
        {
            errors.Add(input.Path("shape"), $"expected 1 to {PredictionRequestReader.MaxRecords} rows, found {count}");
            return false;
        }

        if (rows.Count is 0)
        {
            // A value takes a byte at least, so what has fewer need not be made room for.
            if ((long)count * model.Features.Count > bodyLength)
            {
                errors.Add(input.Path("shape"), $"expected {count} rows of {model.Features.Count} features, for which the body is too short");
                return false;
            }

            rows.Resize(count);
        }

        if (rows.Count != count)
        {
            errors.Add(input.Path("shape"), $"expected {rows.Count} rows, as the first input has, found {count}");
            return false;
        }

        return true;
    }

    private bool AreNew(V2Input input, V2Columns columns)
    {
        foreach (var slot in columns.Slots)
        {
            ref var isGiven = ref _isGiven[slot.Position];
            if (isGiven)
            {
                errors.Add(input.Path("name"), $"the feature '{slot.Feature.Name}' is there more than once");
                return false;
            }

            isGiven = true;
        }

        return true;
    }

    private readonly ref struct NumberSink(TensorType type, NumberColumns columns) : IElementSink
    {
        private readonly NumberColumns _columns = columns;

        public string? Take(ref Utf8JsonReader json, int index)
        {
            if (json.TokenType is JsonTokenType.Null)
            {
                return _columns.Set(index, double.NaN);
            }

            return !JsonScalars.TryReadNumber(ref json, type, out var value)
                ? V2Datatypes.Elements(type)
                : _columns.Set(index, value);
        }
    }

    private readonly ref struct TextSink(TextColumns columns) : IElementSink
    {
        private readonly TextColumns _columns = columns;

        public string? Take(ref Utf8JsonReader json, int index) => json.TokenType switch
        {
            JsonTokenType.Null => _columns.Set(index, ""),
            JsonTokenType.String when json.ValueIsEscaped => _columns.Set(index, json.GetString() ?? ""),
            JsonTokenType.String => _columns.Set(index, json.ValueSpan),
            _ => _columns.Expected(index),
        };
    }
}
