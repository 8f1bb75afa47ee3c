using System.Globalization;
using System.Text;
using Mlops.Data;

namespace Mlops.Serving;

/// <summary>The rows of a CSV body. Columns are found by name; those that the model lacks are ignored.</summary>
internal sealed class CsvRows(FeatureSlot[] slots, FeatureRows rows) : CsvSink
{
    /// <summary>Where each feature stands in a row; −1 where it does not.</summary>
    private readonly int[] _columns = new int[slots.Length];
    private List<PredictionError>? _errors;

    public override void Header(IReadOnlyList<string> names)
    {
        var found = names.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        for (var i = 0; i < slots.Length; i++)
        {
            _columns[i] = found.GetValueOrDefault(slots[i].Feature.Name, -1);
            if (_columns[i] < 0 && !slots[i].Feature.Nullable)
            {
                Fail(slots[i].Feature.Name, $"the header has no such column; expected {slots[i].Expected}");
            }
        }
    }

    public override void Row(CsvRow row)
    {
        if (rows.Count is PredictionRequestReader.MaxRecords)
        {
            if (_errors is null)
            {
                Fail("body", $"expected at most {PredictionRequestReader.MaxRecords} records");
            }

            return;
        }

        rows.Add();
        for (var i = 0; i < slots.Length; i++)
        {
            var text = _columns[i] < 0 ? [] : row[_columns[i]];
            if (!TrySet(slots[i], text) && _columns[i] >= 0)
            {
                var line = string.Create(CultureInfo.InvariantCulture, $"line {row.Line}, {slots[i].Feature.Name}");
                Fail(line, $"expected {slots[i].Expected}, found '{Told(text)}'");
            }
        }
    }

    /// <summary>What came of it, once the reader is through.</summary>
    public PredictionReading Finish(CsvFault? fault)
    {
        if (fault is not null)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"line {fault.Line}{(fault.Column is null ? "" : $", {fault.Column}")}");
            Fail(path, fault.Reason);
        }

        if (_errors is null)
        {
            return new PredictionReading.Accepted(rows);
        }

        rows.Dispose();
        return new PredictionReading.Refused(_errors);
    }

    private bool TrySet(FeatureSlot slot, ReadOnlySpan<byte> text)
    {
        var feature = slot.Feature;
        if (CsvValue.IsMissing(text))
        {
            return feature.Nullable && (feature.IsNumeric ? Set(slot, float.NaN) : Set(slot, ""));
        }

        switch (feature.Type)
        {
            case ColumnType.Integer or ColumnType.Number:
                return CsvValue.ReadNumber(text, out var number) is NumberForm.Integer or NumberForm.Decimal
                    && (feature.Type is ColumnType.Number || Math.Truncate(number) == number)
                    && Set(slot, (float)number);
            case ColumnType.Boolean:
                return CsvValue.TryBoolean(text, out var isTrue) && Set(slot, isTrue ? 1 : 0);
            case ColumnType.Timestamp:
                return IsoTimestamp.TryRead(text, out var seconds) && Set(slot, (float)seconds);
            default:
                return Set(slot, slot.Categories?.Get(text) ?? Encoding.UTF8.GetString(text));
        }
    }

    private bool Set(FeatureSlot slot, float value)
    {
        rows.Set(rows.Count - 1, slot.Index, value);
        return float.IsFinite(value) || (float.IsNaN(value) && slot.Feature.Nullable);
    }

    private bool Set(FeatureSlot slot, string value)
    {
        rows.Set(rows.Count - 1, slot.Index, value);
        return true;
    }

    private void Fail(string path, string message)
    {
        if (_errors is not { Count: >= PredictionRequestReader.MaxErrors })
        {
            (_errors ??= []).Add(new PredictionError(path, message));
        }
    }

    private static string Told(ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(text.Length > 80 ? text[..80] : text);
}
