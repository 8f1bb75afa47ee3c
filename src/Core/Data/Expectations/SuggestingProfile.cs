namespace Mlops.Data;

/// <summary>What is known of a column that expectations are suggested for.</summary>
/// <param name="Values">All its values, the most frequent first; null if there are more than 1,000 different ones.</param>
internal sealed record SuggestingColumn(ColumnSchema Schema, ColumnStatistics Statistics, IReadOnlyList<ValueCount>? Values);

/// <summary>Profiles a table and counts the values of columns that have few.</summary>
internal sealed class SuggestingProfile : CsvSink
{
    private const int MaxValues = 1_000, MaxValueBytes = 64 * 1024;

    private readonly DatasetProfiler _profiler = new();
    private TokenCounts?[] _values = [];

    public IReadOnlyList<string> Names { get; private set; } = [];

    public long Rows => _profiler.Rows;

    public override void Header(IReadOnlyList<string> names)
    {
        _profiler.Header(names);
        Names = names;
        _values = [.. names.Select(_ => new TokenCounts(MaxValues, MaxValueBytes))];
    }

    public override void Row(CsvRow row)
    {
        _profiler.Row(row);
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i] is { } values && !CsvValue.IsMissing(row[i]) && !values.TryAdd(row[i], TextHash.Of(row[i])))
            {
                _values[i] = null;
            }
        }
    }

    public IEnumerable<SuggestingColumn> Columns() => _profiler.Schema().Columns.Zip(_profiler.Statistics(), _values)
        .Select(column => new SuggestingColumn(column.First, column.Second, column.Third?.Top(MaxValues)));
}

/// <summary>Passes on the rows that chance holds out, or those that it does not.</summary>
internal sealed class HoldOutSink(CsvSink inner, long seed, double share, bool takesHeldOut) : CsvSink
{
    private readonly DeterministicRandom _random = new(seed);

    public override void Header(IReadOnlyList<string> names) => inner.Header(names);

    public override void Row(CsvRow row)
    {
        if (_random.NextDouble() < share == takesHeldOut)
        {
            inner.Row(row);
        }
    }
}
