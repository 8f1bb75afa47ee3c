using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Inputs of a model of a table, which go straight into the rows that it scores.</summary>
internal sealed class V2RowInputs : V2Inputs
{
    [ThreadStatic]
    private static V2RowInputs? s_ofThread;

    private V2Model _model;
    private FeatureRows _rows;
    private V2Errors _errors;
    private int _bodyLength;
    private bool[] _isGiven;

    private V2RowInputs(V2Model model, FeatureRows rows, V2Errors errors) =>
        (_model, _rows, _errors, _isGiven) = (model, rows, errors, []);

    /// <summary>This thread's own, for one request at a time.</summary>
    /// <param name="rows">Empty.</param>
    public static V2RowInputs Begin(V2Model model, FeatureRows rows, int bodyLength, V2Errors errors)
    {
        var inputs = s_ofThread ??= new V2RowInputs(model, rows, errors);
        (inputs._model, inputs._rows, inputs._errors, inputs._bodyLength) = (model, rows, errors, bodyLength);
        if (inputs._isGiven.Length < model.Features.Count)
        {
            inputs._isGiven = new bool[model.Features.Count];
        }

        Array.Clear(inputs._isGiven);
        return inputs;
    }

    public override bool TryBegin(V2Input input)
    {
        var columns = _model.Columns[input.Name ?? 0];
        if (columns.IsNumeric == (input.Type is TensorType.String))
        {
            var expected = columns.IsNumeric ? "a datatype of numbers" : "BYTES";
            _errors.Add(input.Path("datatype"), $"expected {expected} for '{columns.Name}'");
            return false;
        }

        return HasRows(input, columns) && AreNew(input, columns);
    }

    public override bool TryReadNumbers(ref Utf8JsonReader json, ref ReadOnlySpan<byte> utf8, V2Input input)
    {
        var slots = _model.Columns[input.Name ?? 0].Slots;
        if (input.Shape.Length is not 2 || !AreWholeRows(slots))
        {
            return false;
        }

        var count = _rows.Count;
        var before = json;
        var text = utf8;
        _rows.Clear();
        if (JsonNumberRows.TryRead(ref json, ref utf8, _rows, count) && _rows.Count == count)
        {
            return true;
        }

        json = before;
        utf8 = text;
        _rows.Resize(count);
        return false;
    }

    public override void ReadJson(ref Utf8JsonReader json, V2Input input)
    {
        var columns = _model.Columns[input.Name ?? 0];
        if (columns.IsNumeric)
        {
            var sink = new NumberSink(input.Type ?? default, new NumberColumns(columns.Slots, _rows.Numbers, _model.Numbers));
            JsonElements.Read(ref json, input, ref sink, _errors);
        }
        else
        {
            var sink = new TextSink(new TextColumns(columns.Slots, _rows.Strings, _model.Texts));
            JsonElements.Read(ref json, input, ref sink, _errors);
        }
    }

    public override void ReadBinary(ReadOnlyMemory<byte> data, V2Input input)
    {
        var slots = _model.Columns[input.Name ?? 0].Slots;
        if (input.Type is TensorType.Float32 && AreWholeRows(slots) && TryCopy(data.Span))
        {
            return;
        }

        if (input.Type is not TensorType.String)
        {
            var numbers = new NumberColumns(slots, _rows.Numbers, _model.Numbers);
            for (var i = 0; i < input.Count && !_errors.IsFull; i++)
            {
                var value = BinaryElements.Number(data.Span, input.Type ?? default, i);
                if (value is null || numbers.Set(i, value.Value) is not null)
                {
                    var found = value is { } number ? number.ToString(CultureInfo.InvariantCulture) : "a byte that is neither 0 nor 1";
                    _errors.Add(input.ElementPath(i), $"expected {numbers.Expected(i)}, found {found}");
                }
            }

            return;
        }

        var texts = new TextColumns(slots, _rows.Strings, _model.Texts);
        var elements = new BinaryTexts(data.Span);
        for (var i = 0; elements.MoveNext(input, i, _errors); i++)
        {
            if (texts.Set(i, elements.Current) is { } expected)
            {
                _errors.Add(input.ElementPath(i), $"expected {expected}, found an empty string");
            }
        }
    }

    public override void End()
    {
        for (var i = 0; i < _model.Features.Count; i++)
        {
            if (!_isGiven[i])
            {
                _errors.Add("inputs", $"expected an input for the feature '{_model.Features[i].Name}'");
            }
        }
    }

    public override DialectReading Reading(V2Answer answer) => new DialectReading.Rows(_rows, answer) { RequestId = answer.Id };

    public override void Discard() => _rows.Dispose();

    /// <summary>Whether these are all numbers of a row, and any number will do for each.</summary>
    private bool AreWholeRows(FeatureSlot[] slots) =>
        slots.Length == _model.Numbers && Array.TrueForAll(slots, static slot => slot.Feature.Type is ColumnType.Number);

    /// <summary>Takes numbers as they lie in the body.</summary>
    /// <returns>False if one is not finite.</returns>
    private bool TryCopy(ReadOnlySpan<byte> data)
    {
        var numbers = _rows.Numbers;
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
            _errors.Add(input.Path("shape"), $"expected {expected} for '{columns.Name}', found {V2Input.Told(shape)}");
            return false;
        }

        var count = (int)shape[0];
        if (count is 0 or > PredictionRequestReader.MaxRecords)
        {
            _errors.Add(input.Path("shape"), $"expected 1 to {PredictionRequestReader.MaxRecords} rows, found {count}");
            return false;
        }

        if (_rows.Count is 0)
        {
            // A value takes a byte at least, so what has fewer need not be made room for.
            if ((long)count * _model.Features.Count > _bodyLength)
            {
                _errors.Add(input.Path("shape"), $"expected {count} rows of {_model.Features.Count} features, for which the body is too short");
                return false;
            }

            _rows.Resize(count);
        }

        if (_rows.Count != count)
        {
            _errors.Add(input.Path("shape"), $"expected {_rows.Count} rows, as the first input has, found {count}");
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
                _errors.Add(input.Path("name"), $"the feature '{slot.Feature.Name}' is there more than once");
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
