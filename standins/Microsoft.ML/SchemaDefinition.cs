namespace Microsoft.ML.Data;

public sealed class SchemaDefinition : List<SchemaDefinition.Column>
{
    private SchemaDefinition()
    {
    }

    [Flags]
    public enum Direction
    {
        Read = 1,
        Write = 2,
        Both = Read | Write,
    }

    public Column this[string columnName]
    {
        get => throw StandIn.Missing();
        set => throw StandIn.Missing();
    }

    public static SchemaDefinition Create(Type userType, Direction direction = Direction.Both) => throw StandIn.Missing();

    public sealed class Column
    {
        private Column()
        {
        }

        public DataViewType ColumnType
        {
            get => throw StandIn.Missing();
            set => throw StandIn.Missing();
        }
    }
}

public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) => throw StandIn.Missing();
}
