using Microsoft.ML.Data;

namespace Microsoft.ML;

public interface IDataView
{
    bool CanShuffle { get; }

    DataViewSchema Schema { get; }

    long? GetRowCount();

    DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null);
}

public sealed class DataViewSchema
{
    private DataViewSchema()
    {
    }

    public struct Column;
}

public delegate void ValueGetter<TValue>(ref TValue value);

public abstract class DataViewRow : IDisposable
{
    protected DataViewRow()
    {
    }

    public abstract long Position { get; }

    public abstract long Batch { get; }

    public abstract DataViewSchema Schema { get; }

    public abstract bool IsColumnActive(DataViewSchema.Column column);

    public abstract ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column);

    public abstract ValueGetter<DataViewRowId> GetIdGetter();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

public abstract class DataViewRowCursor : DataViewRow
{
    protected DataViewRowCursor()
    {
    }

    public abstract bool MoveNext();
}
