namespace Microsoft.ML.Data;

public abstract class DataViewType : IEquatable<DataViewType>
{
    private protected DataViewType(Type rawType) => RawType = rawType;

    public Type RawType { get; }

    public abstract bool Equals(DataViewType? other);
}

public abstract class StructuredDataViewType : DataViewType
{
    protected StructuredDataViewType(Type rawType)
        : base(rawType)
    {
    }
}

public abstract class PrimitiveDataViewType : DataViewType
{
    protected PrimitiveDataViewType(Type rawType)
        : base(rawType)
    {
    }
}

public sealed class NumberDataViewType : PrimitiveDataViewType
{
    private NumberDataViewType(Type rawType)
        : base(rawType)
    {
    }

    public static NumberDataViewType Single { get; } = new(typeof(float));

    public override bool Equals(DataViewType? other) => ReferenceEquals(this, other);
}

public sealed class KeyDataViewType : PrimitiveDataViewType
{
    private readonly int _count;

    public KeyDataViewType(Type type, int count)
        : base(type) => _count = count;

    public override bool Equals(DataViewType? other) => other is KeyDataViewType key && key.RawType == RawType && key._count == _count;

    public override bool Equals(object? other) => Equals(other as DataViewType);

    public override int GetHashCode() => HashCode.Combine(RawType, _count);
}

public sealed class VectorDataViewType : StructuredDataViewType
{
    private readonly PrimitiveDataViewType _itemType;
    private readonly int _size;

    public VectorDataViewType(PrimitiveDataViewType itemType, int size = 0)
        : base(itemType.RawType.MakeArrayType()) => (_itemType, _size) = (itemType, size);

    public override bool Equals(DataViewType? other) =>
        other is VectorDataViewType vector && vector._itemType.Equals(_itemType) && vector._size == _size;

    public override bool Equals(object? other) => Equals(other as DataViewType);

    public override int GetHashCode() => HashCode.Combine(_itemType, _size);
}

public readonly struct DataViewRowId;

public readonly struct VBuffer<T>;
