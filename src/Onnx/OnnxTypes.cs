namespace Mlops.Onnx;

/// <summary>What a tensor holds, by ONNX's numbers.</summary>
public enum ElementType
{
    Undefined = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Boolean = 9,
    Float16 = 10,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
    Complex64 = 14,
    Complex128 = 15,
    BFloat16 = 16,
    Float8E4M3FN = 17,
    Float8E4M3FNUZ = 18,
    Float8E5M2 = 19,
    Float8E5M2FNUZ = 20,
    UInt4 = 21,
    Int4 = 22,
    Float4E2M1 = 23,
}

/// <summary>One dimension of a shape: a length, or a name for a length that differs from call to call.</summary>
/// <param name="Length">The length; null if it is known only by name or not at all.</param>
/// <param name="Symbol">The name; null if there is none.</param>
public readonly record struct Dimension(long? Length, string? Symbol)
{
    /// <summary>The batch: as many rows as the caller brings.</summary>
    public static Dimension Rows { get; } = Named("rows");

    public static Dimension Of(long length) => new(length, null);

    public static Dimension Named(string symbol) => new(null, symbol);

    public static implicit operator Dimension(int length) => Of(length);

    public static Dimension FromInt32(int length) => Of(length);

    public override string ToString() => Length?.ToString() ?? Symbol ?? "?";
}

/// <summary>A value in a graph that is being written: an input, a constant or what a node gives.</summary>
public readonly record struct GraphValue
{
    private readonly string? _name;

    internal GraphValue(string name) => _name = name;

    /// <summary>Stands where a node's optional input is left out.</summary>
    public static GraphValue None { get; } = new(string.Empty);

    public string Name => _name ?? string.Empty;
}
