using System.Globalization;
using System.Text.Json;
using Mlops.Data;

namespace Mlops.Serving;

/// <summary>One reading of one request: here records, rows and values, beside it what the dialects put around them.</summary>
/// <param name="utf8">What is read.</param>
/// <param name="mayTakeNumbers">Whether rows that are nothing but numbers may be read without making tokens of them.</param>
/// <param name="seenInRow">A zero for each feature.</param>
/// <param name="order">Room for an index for each feature.</param>
internal ref partial struct PredictionParse(
    ReadOnlySpan<byte> utf8,
    JsonReaderOptions options,
    FeatureSlot[] slots,
    Utf8Names names,
    FeatureRows rows,
    bool mayTakeNumbers,
    Span<int> seenInRow,
    Span<int> order)
{
    private const int LongestTimestamp = 64;

    /// <summary>The row (from 1) in which each feature was last seen.</summary>
    private readonly Span<int> _seenInRow = seenInRow;
    private readonly Span<int> _order = order;
    private Utf8JsonReader _json = new(utf8, options);
    private ReadOnlySpan<byte> _utf8 = utf8;
    private string _path = "body";
    private Place _place;
    private bool _isLenient;
    private int _row;

    /// <summary>Which member of a row's array belongs to which feature, −1 to none; null means the order of the signature.</summary>
    private int[]? _columns;

    /// <summary>What is wrong so far; null if nothing is.</summary>
    public List<PredictionError>? Errors { get; private set; }

    /// <summary>Whether probabilities are asked for in the place of labels.</summary>
    public bool WantsProbabilities { get; private set; }

    /// <summary>Whether rows were read without tokens, after which the place of a fault in the JSON is not known exactly.</summary>
    public bool HasTakenNumbers { get; private set; }

    /// <summary>What came as a text of its own.</summary>
    public string? Text { get; private set; }

    public readonly bool IsAtEscapedText =>
        _json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && _json.ValueIsEscaped;

    /// <summary>How the path of a value is told.</summary>
    private enum Place
    {
        /// <summary><c>record.age</c></summary>
        Member,

        /// <summary><c>records[3].age</c></summary>
        Row,

        /// <summary><c>inputs.age[3]</c></summary>
        Column,

        /// <summary><c>text</c></summary>
        Itself,
    }

    private readonly bool IsFull => Errors is { Count: >= PredictionRequestReader.MaxErrors };

    public void Fail(string path, string message)
    {
        if (!IsFull)
        {
            (Errors ??= []).Add(new PredictionError(path, message));
        }
    }

    private void ReadRecord()
    {
        AddRow();
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            Fail(RecordPath(), $"expected an object of features, found {Found()}");
            _json.Skip();
            return;
        }

        var (seen, expected) = (0, 0);
        while (_json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            // Clients mostly send features in one order, so the next one is tried first.
            var feature = expected < slots.Length && _json.ValueTextEquals(names[expected]) ? expected : FindFeature();
            if (feature < 0)
            {
                SkipUnknown();
            }
            else if (_seenInRow[feature] == rows.Count)
            {
                Fail(FeaturePath(feature), "is there more than once");
                SkipValue();
            }
            else
            {
                _seenInRow[feature] = rows.Count;
                seen++;
                expected = feature + 1;
                _json.Read();
                ReadValue(feature);
            }
        }

        for (var feature = 0; seen < slots.Length && feature < slots.Length; feature++)
        {
            if (_seenInRow[feature] != rows.Count)
            {
                Miss(feature);
            }
        }
    }

    /// <summary>A feature that the model does not have; what is lenient takes what it needs of a wider table.</summary>
    private void SkipUnknown()
    {
        if (!_isLenient)
        {
            Fail($"{RecordPath()}.{JsonTokens.Told(_json.GetString())}", "the model has no such feature");
        }

        SkipValue();
    }

    /// <summary>A feature that the current row does not have.</summary>
    private void Miss(int feature)
    {
        if (!_isLenient || !TryReadMissing(slots[feature]))
        {
            Fail(FeaturePath(feature), $"is missing; expected {slots[feature].Expected}");
        }
    }

    private void AddRow()
    {
        rows.Add();
        _row = rows.Count - 1;
    }

    private readonly int FindFeature()
    {
        if (!_json.ValueIsEscaped)
        {
            return names.Find(_json.ValueSpan);
        }

        var unescaped = new byte[_json.ValueSpan.Length];
        return names.Find(unescaped.AsSpan(0, _json.CopyString(unescaped)));
    }

    private void ReadValue(int feature)
    {
        var slot = slots[feature];
        var isRead = (slot.Feature.Type, _json.TokenType) switch
        {
            (_, JsonTokenType.Null) => TryReadMissing(slot),
            (ColumnType.Integer or ColumnType.Number, JsonTokenType.Number) => TryReadNumber(slot),
            (ColumnType.Boolean, JsonTokenType.True) => Set(slot, 1),
            (ColumnType.Boolean, JsonTokenType.False) => Set(slot, 0),
            (ColumnType.Timestamp, JsonTokenType.String) => TryReadTimestamp(slot),
            (ColumnType.Category or ColumnType.Text, JsonTokenType.String) => TryReadString(slot),
            _ => false,
        };
        if (!isRead)
        {
            Fail(FeaturePath(feature), $"expected {slot.Expected}, found {Found()}");
        }

        _json.Skip();
    }

    private readonly bool TryReadMissing(FeatureSlot slot) => slot.Feature.Nullable
        && (slot.Feature.IsNumeric ? Set(slot, float.NaN) : Set(slot, ""));

    private readonly bool TryReadNumber(FeatureSlot slot)
    {
        var exact = JsonNumber.Parse(_json.ValueSpan);
        // Rounded twice, as training does with what it reads from a file.
        var value = (float)exact;
        return float.IsFinite(value)
            && (slot.Feature.Type is ColumnType.Number || Math.Truncate(exact) == exact)
            && Set(slot, value);
    }

    private readonly bool TryReadTimestamp(FeatureSlot slot)
    {
        if (_json.ValueSpan.Length > LongestTimestamp || !_json.TryGetDateTime(out var time))
        {
            return false;
        }

        // Without an offset the kind is unspecified and the time is UTC; with one only DateTimeOffset keeps it exactly.
        var instant = time.Kind is DateTimeKind.Unspecified
            ? new DateTimeOffset(time, TimeSpan.Zero)
            : _json.GetDateTimeOffset();
        return Set(slot, (float)((instant - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond));
    }

    private readonly bool TryReadString(FeatureSlot slot)
    {
        var text = slot.Categories is { } categories && !_json.ValueIsEscaped ? categories.Get(_json.ValueSpan) : _json.GetString() ?? "";
        return (text.Length > 0 || slot.Feature.Nullable) && Set(slot, text);
    }

    private readonly bool Set(FeatureSlot slot, float value)
    {
        rows.Set(_row, slot.Index, value);
        return true;
    }

    private readonly bool Set(FeatureSlot slot, string value)
    {
        rows.Set(_row, slot.Index, value);
        return true;
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private readonly string RecordPath() =>
        _place is Place.Row ? string.Create(CultureInfo.InvariantCulture, $"{_path}[{_row}]") : _path;

    private readonly string FeaturePath(int feature) => _place switch
    {
        Place.Column => string.Create(CultureInfo.InvariantCulture, $"{_path}.{slots[feature].Feature.Name}[{_row}]"),
        Place.Itself => _path,
        _ => $"{RecordPath()}.{slots[feature].Feature.Name}",
    };

    private readonly string Found() => JsonTokens.Found(_json);
}
