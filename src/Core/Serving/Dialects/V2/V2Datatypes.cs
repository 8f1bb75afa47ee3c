using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>The protocol's words for what elements a tensor has.</summary>
internal static class V2Datatypes
{
    private static readonly (TensorType Type, string Name, string Elements)[] All =
    [
        (TensorType.Float32, "FP32", "a number that fits a 32-bit float"),
        (TensorType.Float64, "FP64", "a number that fits a 64-bit float"),
        (TensorType.Int64, "INT64", "a whole number from -9223372036854775808 to 9223372036854775807"),
        (TensorType.Int32, "INT32", "a whole number from -2147483648 to 2147483647"),
        (TensorType.String, "BYTES", "a string"),
        (TensorType.Bool, "BOOL", "true or false"),
        (TensorType.Int8, "INT8", "a whole number from -128 to 127"),
        (TensorType.Int16, "INT16", "a whole number from -32768 to 32767"),
        (TensorType.UInt8, "UINT8", "a whole number from 0 to 255"),
        (TensorType.UInt16, "UINT16", "a whole number from 0 to 65535"),
        (TensorType.UInt32, "UINT32", "a whole number from 0 to 4294967295"),
        (TensorType.UInt64, "UINT64", "a whole number from 0 to 18446744073709551615"),
        (TensorType.Float16, "FP16", "a 16-bit float in binary"),
    ];

    public static string Names => string.Join(", ", All.Select(datatype => datatype.Name));

    public static string Name(TensorType type) => Of(type).Name;

    /// <summary>What an element is, for errors.</summary>
    public static string Elements(TensorType type) => Of(type).Elements;

    /// <returns>The type that the string names at which the reader is; null if there is none.</returns>
    public static TensorType? Find(in Utf8JsonReader json)
    {
        foreach (var (type, name, _) in All)
        {
            if (json.ValueTextEquals(name))
            {
                return type;
            }
        }

        return null;
    }

    private static (TensorType Type, string Name, string Elements) Of(TensorType type)
    {
        foreach (var datatype in All)
        {
            if (datatype.Type == type)
            {
                return datatype;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, "The protocol has no word for this type.");
    }
}
