using System.Globalization;
using System.Text.Json;
using Mlops.Data;

namespace Mlops.Serving;

/// <summary>One reading of one request.</summary>
internal ref struct PredictionParse(Utf8JsonReader json, FeatureSlot[] slots, Utf8Names names, FeatureRows rows)
{
    private const int LongestToldName = 80;
    private const int LongestTimestamp = 64;

    /// <summary>The row (from 1) in which each feature was last seen.</summary>
    private readonly int[] _seenInRow = new int[slots.Length];
    private Utf8JsonReader _json = json;
    private bool _isList;

    /// <summary>What is wrong so far; null if nothing is.</summary>
    public List<PredictionError>? Errors { get; private set; }

    public readonly bool IsAtEscapedText =>
        _json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && _json.ValueIsEscaped;

    private readonly bool IsFull => Errors is { Count: >= PredictionRequestReader.MaxErrors };

    public void Fail(string path, string message)
    {
        if (!IsFull)
        {
            (Errors ??= []).Add(new PredictionError(path, message));
        }
    }

    public void ReadRequest()
    {
        _json.Read();
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            Fail("body", $"expected an object with 'record' or 'records', found {Found()}");
            return;
        }

        var hasRecords = false;
        while (!IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var isRecord = _json.ValueTextEquals("record"u8);
            if (!isRecord && !_json.ValueTextEquals("records"u8))
            {
                var name = Told(_json.GetString());
                Fail(name.Length is 0 ? "body" : name, "there is no such field; expected 'record' or 'records'");
                SkipValue();
            }
            else if (hasRecords)
            {
                Fail("body", "has more than one of 'record' and 'records'");
                SkipValue();
            }
            else
            {
                hasRecords = true;
                _json.Read();
                ReadRecords(isRecord);
            }
        }

        if (!IsFull)
        {
            // Anything after the end of the object is an error that the reader finds.
            _json.Read();
        }

        if (!hasRecords)
        {
            Fail("body", "expected 'record' or 'records'");
        }
    }

    private void ReadRecords(bool isSingle)
    {
        if (isSingle)
        {
            ReadRecord();
            return;
        }

        _isList = true;
        if (_json.TokenType is not JsonTokenType.StartArray)
        {
            Fail("records", $"expected an array of objects, found {Found()}");
            _json.Skip();
            return;
        }

        while (!IsFull && _json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            if (rows.Count is PredictionRequestReader.MaxRecords)
            {
                Fail("records", $"expected at most {PredictionRequestReader.MaxRecords} records");
                while (_json.TokenType is not JsonTokenType.EndArray)
                {
                    _json.Skip();
                    _json.Read();
                }

                return;
            }

            ReadRecord();
        }

        if (rows.Count is 0)
        {
            Fail("records", "expected at least one record");
        }
    }

    private void ReadRecord()
    {
        rows.Add();
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
                Fail($"{RecordPath()}.{Told(_json.GetString())}", "the model has no such feature");
                SkipValue();
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
                var schema = slots[feature].Feature;
                Fail(FeaturePath(feature), $"is missing; expected {Expected(schema)}");
            }
        }
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
            Fail(FeaturePath(feature), $"expected {Expected(slot.Feature)}, found {Found()}");
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
        rows.Set(slot.Index, value);
        return true;
    }

    private readonly bool Set(FeatureSlot slot, string value)
    {
        rows.Set(slot.Index, value);
        return true;
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private readonly string RecordPath() =>
        _isList ? string.Create(CultureInfo.InvariantCulture, $"records[{rows.Count - 1}]") : "record";

    private readonly string FeaturePath(int feature) => $"{RecordPath()}.{slots[feature].Feature.Name}";

    private static string Expected(ColumnSchema feature)
    {
        var value = feature.Type switch
        {
            ColumnType.Integer => "a whole number that fits a 32-bit float",
            ColumnType.Number => "a number that fits a 32-bit float",
            ColumnType.Boolean => "true or false",
            ColumnType.Timestamp => "an ISO 8601 timestamp in a string",
            _ => feature.Nullable ? "a string" : "a string that is not empty",
        };
        return feature.Nullable ? $"{value}, or null" : value;
    }

    private readonly string Found() => _json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => _json.ValueSpan.Length is 0 ? "an empty string" : $"the string '{Told(_json.GetString())}'",
        JsonTokenType.Number => Told(System.Text.Encoding.ASCII.GetString(_json.ValueSpan)),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    private static string Told(string? text) =>
        text is null || text.Length <= LongestToldName ? text ?? "" : string.Concat(text.AsSpan(0, LongestToldName), "…");
}
