namespace Mlops.Data;

/// <summary>Infers a table's schema and statistics while its rows go by.</summary>
/// <remarks>The same rows give the same profile. Not safe for concurrent use.</remarks>
public sealed class DatasetProfiler : CsvSink
{
    private ColumnProfiler[] _columns = [];

    public long Rows { get; private set; }

    public override void Header(IReadOnlyList<string> names)
    {
        var bounds = ProfileBounds.For(names.Count);
        _columns = [.. names.Select((name, index) => new ColumnProfiler(name, bounds, seed: index))];
    }

    public override void Row(CsvRow row)
    {
        Rows++;
        for (var i = 0; i < _columns.Length; i++)
        {
            _columns[i].Add(row[i], row.Line);
        }
    }

    /// <summary>The first infinite number in a column of numbers, or null if there is none.</summary>
    public CsvFault? FindFault() => _columns.Select(column => column.FindFault()).OfType<CsvFault>().MinBy(fault => fault.Line);

    public DataSchema Schema() => new([.. _columns.Select(column => column.Schema())]);

    public IReadOnlyList<ColumnStatistics> Statistics() => [.. _columns.Select(column => column.Statistics())];
}
