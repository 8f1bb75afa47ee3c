using System.Buffers;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The reading half of a value.</summary>
public interface IReadOnlyOrtValue
{
    OnnxValueType OnnxType { get; }

    bool IsTensor { get; }

    int GetValueCount();

    OrtValue GetValue(int index, OrtAllocator allocator);

    OrtTensorTypeAndShapeInfo GetTensorTypeAndShape();

    ReadOnlySpan<T> GetTensorDataAsSpan<T>()
        where T : unmanaged;

    string[] GetStringTensorAsArray();
}

/// <summary>The element type and shape of a tensor value.</summary>
public struct OrtTensorTypeAndShapeInfo
{
    internal unsafe OrtTensorTypeAndShapeInfo(nint info)
    {
        int type;
        NativeApi.Check(NativeApi.GetTensorElementType(info, &type));
        nuint rank, count;
        NativeApi.Check(NativeApi.GetDimensionsCount(info, &rank));
        NativeApi.Check(NativeApi.GetTensorShapeElementCount(info, &count));
        var shape = new long[rank];
        fixed (long* dimensions = shape)
        {
            NativeApi.Check(NativeApi.GetDimensions(info, dimensions, rank));
        }

        (ElementDataType, ElementCount, Shape) = ((TensorElementType)type, (long)count, shape);
    }

    public TensorElementType ElementDataType { get; }

    public long ElementCount { get; }

    public long[] Shape { get; }

    public int DimensionsCount => Shape.Length;

    public bool IsString => ElementDataType == TensorElementType.String;
}

/// <summary>A native value: a tensor over managed or native memory, a sequence or a map.</summary>
public class OrtValue : IReadOnlyOrtValue, IDisposable
{
    private nint _handle;
    private MemoryHandle? _pin;

    internal OrtValue(nint handle, MemoryHandle? pin = null)
    {
        (_handle, _pin) = (handle, pin);
        OnnxType = TypeOf(handle);
    }

    ~OrtValue() => Dispose(false);

    public delegate void MapVisitor(OrtValue keys, OrtValue values);

    public delegate void SequenceElementVisitor(OrtValue ortValue, int index);

    public OnnxValueType OnnxType { get; }

    public bool IsTensor => OnnxType is OnnxValueType.ONNX_TYPE_TENSOR;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    public static OrtValue CreateTensorValueFromMemory<T>(T[] data, long[] shape)
        where T : unmanaged => CreateTensorValueFromMemory<T>(OrtMemoryInfo.DefaultInstance, data, shape);

    public static unsafe OrtValue CreateTensorValueFromMemory<T>(OrtMemoryInfo memoryInfo, Memory<T> memory, long[] shape)
        where T : unmanaged
    {
        var count = Count(shape);
        if (count != memory.Length)
        {
            throw new OnnxRuntimeException(
                NativeErrorCode.InvalidArgument, $"The shape has {count} elements and the memory {memory.Length}.");
        }

        var pin = memory.Pin();
        try
        {
            nint value;
            fixed (long* dimensions = shape)
            {
                var bytes = (nuint)memory.Length * (nuint)sizeof(T);
                NativeApi.Check(NativeApi.CreateTensorWithDataAsOrtValue(
                    memoryInfo.Handle, pin.Pointer, bytes, dimensions, (nuint)shape.Length, (int)Of<T>(), &value));
            }

            GC.KeepAlive(memoryInfo);
            return new OrtValue(value, pin);
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    public static OrtValue CreateAllocatedTensorValue(OrtAllocator allocator, TensorElementType elementType, long[] shape) =>
        Allocate(allocator, elementType, shape);

    public static OrtValue CreateTensorWithEmptyStrings(OrtAllocator allocator, long[] shape) =>
        Allocate(allocator, TensorElementType.String, shape);

    public unsafe OrtTensorTypeAndShapeInfo GetTensorTypeAndShape()
    {
        nint info;
        NativeApi.Check(NativeApi.GetTensorTypeAndShape(Handle, &info));
        try
        {
            return new OrtTensorTypeAndShapeInfo(info);
        }
        finally
        {
            NativeApi.ReleaseTensorTypeAndShapeInfo(info);
            GC.KeepAlive(this);
        }
    }

    public ReadOnlySpan<T> GetTensorDataAsSpan<T>()
        where T : unmanaged => GetTensorMutableDataAsSpan<T>();

    public unsafe Span<T> GetTensorMutableDataAsSpan<T>()
        where T : unmanaged
    {
        var info = GetTensorTypeAndShape();
        if (info.IsString)
        {
            throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, "Strings have no span of elements.");
        }

        if (Of<T>() != info.ElementDataType)
        {
            throw new OnnxRuntimeException(
                NativeErrorCode.InvalidArgument, $"The elements are {info.ElementDataType}, not {typeof(T).Name}.");
        }

        void* data;
        NativeApi.Check(NativeApi.GetTensorMutableData(Handle, &data));
        GC.KeepAlive(this);
        return new Span<T>(data, checked((int)info.ElementCount));
    }

    public unsafe string[] GetStringTensorAsArray()
    {
        var info = GetTensorTypeAndShape();
        if (!info.IsString)
        {
            throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"The elements are {info.ElementDataType}, not strings.");
        }

        var count = checked((int)info.ElementCount);
        var texts = new string[count];
        if (count == 0)
        {
            return texts;
        }

        nuint length;
        NativeApi.Check(NativeApi.GetStringTensorDataLength(Handle, &length));
        var content = new byte[checked((int)length) + 1];
        var starts = new nuint[count];
        fixed (byte* bytes = content)
        fixed (nuint* offsets = starts)
        {
            NativeApi.Check(NativeApi.GetStringTensorContent(Handle, bytes, length, offsets, (nuint)count));
        }

        for (var i = 0; i < count; i++)
        {
            var end = i + 1 < count ? starts[i + 1] : length;
            texts[i] = Encoding.UTF8.GetString(content, (int)starts[i], (int)(end - starts[i]));
        }

        GC.KeepAlive(this);
        return texts;
    }

    public unsafe void StringTensorSetElementAt(ReadOnlySpan<char> str, int index)
    {
        var length = Encoding.UTF8.GetByteCount(str);
        Encoding.UTF8.GetBytes(str, new Span<byte>(ElementBuffer(index, length), length));
        GC.KeepAlive(this);
    }

    public unsafe void StringTensorSetElementAt(ReadOnlySpan<byte> utf8Bytes, int index)
    {
        utf8Bytes.CopyTo(new Span<byte>(ElementBuffer(index, utf8Bytes.Length), utf8Bytes.Length));
        GC.KeepAlive(this);
    }

    public unsafe int GetValueCount()
    {
        nuint count;
        NativeApi.Check(NativeApi.GetValueCount(Handle, &count));
        GC.KeepAlive(this);
        return (int)count;
    }

    public unsafe OrtValue GetValue(int index, OrtAllocator allocator)
    {
        nint value;
        NativeApi.Check(NativeApi.GetValue(Handle, index, allocator.Handle, &value));
        GC.KeepAlive(this);
        return new OrtValue(value);
    }

    public void ProcessSequence(SequenceElementVisitor visitor, OrtAllocator allocator)
    {
        Require(OnnxValueType.ONNX_TYPE_SEQUENCE);
        var count = GetValueCount();
        for (var i = 0; i < count; i++)
        {
            using var element = GetValue(i, allocator);
            visitor(element, i);
        }
    }

    public void ProcessMap(MapVisitor visitor, OrtAllocator allocator)
    {
        Require(OnnxValueType.ONNX_TYPE_MAP);
        using var keys = GetValue(0, allocator);
        using var values = GetValue(1, allocator);
        visitor(keys, values);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual unsafe void Dispose(bool disposing)
    {
        if (_handle != 0)
        {
            NativeApi.ReleaseValue(_handle);
            _handle = 0;
            _pin?.Dispose();
            _pin = null;
        }
    }

    private static unsafe OnnxValueType TypeOf(nint handle)
    {
        int type;
        NativeApi.Check(NativeApi.GetValueType(handle, &type));
        return (OnnxValueType)type;
    }

    private static unsafe OrtValue Allocate(OrtAllocator allocator, TensorElementType elementType, long[] shape)
    {
        nint value;
        fixed (long* dimensions = shape)
        {
            NativeApi.Check(NativeApi.CreateTensorAsOrtValue(allocator.Handle, dimensions, (nuint)shape.Length, (int)elementType, &value));
        }

        return new OrtValue(value);
    }

    private static long Count(long[] shape)
    {
        var count = 1L;
        foreach (var length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length, nameof(shape));
            count = checked(count * length);
        }

        return count;
    }

    private static TensorElementType Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? TensorElementType.Float
        : typeof(T) == typeof(double) ? TensorElementType.Double
        : typeof(T) == typeof(long) ? TensorElementType.Int64
        : typeof(T) == typeof(int) ? TensorElementType.Int32
        : typeof(T) == typeof(short) ? TensorElementType.Int16
        : typeof(T) == typeof(sbyte) ? TensorElementType.Int8
        : typeof(T) == typeof(ulong) ? TensorElementType.UInt64
        : typeof(T) == typeof(uint) ? TensorElementType.UInt32
        : typeof(T) == typeof(ushort) ? TensorElementType.UInt16
        : typeof(T) == typeof(byte) ? TensorElementType.UInt8
        : typeof(T) == typeof(bool) ? TensorElementType.Bool
        : throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"{typeof(T)} is no element type.");

    private void Require(OnnxValueType type)
    {
        if (OnnxType != type)
        {
            throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"The value is {OnnxType}, not {type}.");
        }
    }

    private unsafe byte* ElementBuffer(int index, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        byte* buffer;
        NativeApi.Check(NativeApi.GetResizedStringTensorElementBuffer(Handle, (nuint)index, (nuint)length, &buffer));
        return buffer;
    }
}
