using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>In which form a model gives its probabilities or predictions.</summary>
internal enum OutputForm
{
    /// <summary>[rows, width].</summary>
    Matrix,

    /// <summary>[rows, 1]: the prediction, or the probability of the positive class.</summary>
    Column,

    /// <summary>[rows]: the same.</summary>
    Vector,

    /// <summary>A sequence of maps from label to probability.</summary>
    Maps,
}

/// <summary>A sequence with one map from class label to probability per row, as ZipMap gives it.</summary>
internal static class LabelledMaps
{
    /// <summary>Writes the probabilities row-major [rows, classes] in the order of <paramref name="classes"/>.</summary>
    /// <exception cref="ModelLoadException">The maps do not have these classes, or there is not one per row.</exception>
    public static void Read(OrtValue maps, IReadOnlyList<string> classes, Span<float> output)
    {
        var width = classes.Count;
        var rows = output.Length / width;
        if (maps.OnnxType is not OnnxValueType.ONNX_TYPE_SEQUENCE || maps.GetValueCount() != rows)
        {
            throw new ModelLoadException($"The model's probabilities are no sequence of {rows} maps.");
        }

        for (var row = 0; row < rows; row++)
        {
            using var map = maps.GetValue(row, OrtAllocator.DefaultInstance);
            ReadRow(map, classes, output.Slice(row * width, width));
        }
    }

    private static void ReadRow(OrtValue map, IReadOnlyList<string> classes, Span<float> output)
    {
        using var keys = map.GetValue(0, OrtAllocator.DefaultInstance);
        using var values = map.GetValue(1, OrtAllocator.DefaultInstance);
        var labels = keys.GetTensorTypeAndShape().ElementDataType is TensorElementType.String
            ? keys.GetStringTensorAsArray()
            : Array.ConvertAll(keys.GetTensorDataAsSpan<long>().ToArray(), label => label.ToString(CultureInfo.InvariantCulture));
        var probabilities = values.GetTensorDataAsSpan<float>();
        for (var i = 0; i < output.Length; i++)
        {
            // A map's keys come in their own order, strings and integers sorted differently from the signature's.
            var at = Array.IndexOf(labels, classes[i]);
            output[i] = at >= 0 && labels.Length == output.Length
                ? probabilities[at]
                : throw new ModelLoadException(
                    $"The model's classes are [{string.Join(", ", labels)}], " +
                    $"but the signature's [{string.Join(", ", classes)}].");
        }
    }
}
