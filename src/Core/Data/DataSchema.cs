namespace Mlops.Data;

/// <summary>What a column holds. Category and Text differ in cardinality: a category has few distinct values, each seen often.</summary>
public enum ColumnType { Integer, Number, Boolean, Category, Text, Timestamp }

/// <param name="Nullable">Whether a value may be missing.</param>
/// <param name="Sensitive">Whether values are kept out of the prediction log.</param>
public sealed record ColumnSchema(string Name, ColumnType Type, bool Nullable, bool Sensitive = false)
{
    /// <summary>Whether values are kept as numbers: booleans as 0 and 1, timestamps as Unix seconds.</summary>
    public bool IsNumeric => Type is not (ColumnType.Category or ColumnType.Text);
}

/// <summary>The columns of a data set in file order; names are unique and case-sensitive.</summary>
public sealed record DataSchema(IReadOnlyList<ColumnSchema> Columns)
{
    public ColumnSchema? Find(string name) => Columns.FirstOrDefault(column => column.Name == name);
}
