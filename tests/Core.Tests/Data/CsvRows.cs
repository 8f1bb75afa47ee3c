using System.Text;

namespace Mlops.Data;

/// <summary>What a reader makes of a text: its rows, or its fault. Equal readings are equal.</summary>
internal sealed class CsvRows : CsvSink
{
    private readonly System.Text.StringBuilder _seen = new();

    public List<string[]> Rows { get; } = [];

    public CsvFault? Fault { get; private set; }

    public static CsvRows Of(string text, CsvLimits? limits = null) => Of(Encoding.UTF8.GetBytes(text), limits);

    /// <summary>Reads bytes in pieces that end at <paramref name="cuts"/>.</summary>
    public static CsvRows Of(byte[] bytes, CsvLimits? limits = null, params int[] cuts)
    {
        var rows = new CsvRows();
        using var reader = new CsvReader(rows, limits ?? CsvLimits.Default);
        var start = 0;
        foreach (var cut in cuts.Append(bytes.Length))
        {
            rows.Fault = reader.Write(bytes.AsSpan(start, cut - start));
            start = cut;
        }

        rows.Fault = reader.Complete();
        return rows;
    }

    public override void Header(IReadOnlyList<string> names) => Add(0, [.. names]);

    public override void Row(CsvRow row)
    {
        var values = new string[row.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Encoding.UTF8.GetString(row[i]);
        }

        Add(row.Line, values);
    }

    public override string ToString() => $"{_seen}{Fault}";

    private void Add(int line, string[] values)
    {
        Rows.Add(values);
        _seen.Append(line).Append(": ").AppendJoin('|', values).Append('\n');
    }
}
