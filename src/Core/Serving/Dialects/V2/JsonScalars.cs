using System.Numerics;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Elements of tensors in JSON, each within what its datatype can say.</summary>
internal static class JsonScalars
{
    private const double LargestExact = 1L << 53;

    /// <summary>Reads an element of any datatype but strings as a number; a boolean as 0 or 1.</summary>
    public static bool TryReadNumber(ref Utf8JsonReader json, TensorType type, out double value)
    {
        switch (type)
        {
            case TensorType.Float32 or TensorType.Float64:
                return TryReadReal(ref json, out value);
            case TensorType.Bool:
                value = json.TokenType is JsonTokenType.True ? 1 : 0;
                return json.TokenType is JsonTokenType.True or JsonTokenType.False;
            case TensorType.Int8:
                return TryReadWhole<sbyte>(ref json, out value);
            case TensorType.Int16:
                return TryReadWhole<short>(ref json, out value);
            case TensorType.Int32:
                return TryReadWhole<int>(ref json, out value);
            case TensorType.Int64:
                return TryReadWhole<long>(ref json, out value);
            case TensorType.UInt8:
                return TryReadWhole<byte>(ref json, out value);
            case TensorType.UInt16:
                return TryReadWhole<ushort>(ref json, out value);
            case TensorType.UInt32:
                return TryReadWhole<uint>(ref json, out value);
            case TensorType.UInt64:
                return TryReadWhole<ulong>(ref json, out value);
            default:
                value = 0;
                return false;
        }
    }

    /// <summary>Reads a number, or one of the strings <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, for which JSON has no numbers.</summary>
    public static bool TryReadReal(ref Utf8JsonReader json, out double value)
    {
        if (json.TokenType is JsonTokenType.Number)
        {
            value = JsonNumber.Parse(json.ValueSpan);
            return double.IsFinite(value);
        }

        value = json.TokenType is not JsonTokenType.String ? 0
            : json.ValueTextEquals("NaN"u8) ? double.NaN
            : json.ValueTextEquals("Infinity"u8) ? double.PositiveInfinity
            : json.ValueTextEquals("-Infinity"u8) ? double.NegativeInfinity
            : 0;
        return !double.IsFinite(value);
    }

    /// <summary>Reads a whole number, however it is written: 1.0 and 1e0 are 1.</summary>
    public static bool TryReadWhole<T>(ref Utf8JsonReader json, out T value)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        value = default;
        if (json.TokenType is not JsonTokenType.Number)
        {
            return false;
        }

        if (!json.TryGetInt64(out var whole))
        {
            if (typeof(T) == typeof(ulong) && json.TryGetUInt64(out var large))
            {
                value = T.CreateTruncating(large);
                return true;
            }

            var real = JsonNumber.Parse(json.ValueSpan);
            if (Math.Abs(real) > LargestExact || Math.Truncate(real) != real)
            {
                return false;
            }

            whole = (long)real;
        }

        value = T.CreateTruncating(whole);
        return whole >= long.CreateSaturating(T.MinValue) && whole <= long.CreateSaturating(T.MaxValue);
    }

    private static bool TryReadWhole<T>(ref Utf8JsonReader json, out double value)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var isRead = TryReadWhole<T>(ref json, out T whole);
        value = double.CreateChecked(whole);
        return isRead;
    }
}
