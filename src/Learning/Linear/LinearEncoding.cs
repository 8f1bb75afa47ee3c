using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How a linear model sees the features: scaled numbers, then categories one-hot, then the terms of texts.</summary>
internal sealed class LinearEncoding
{
    private readonly FeatureEncoding _encoding;
    private readonly double[] _deviations;

    private LinearEncoding(FeatureEncoding encoding, DesignMatrix matrix) =>
        (_encoding, _deviations) = (encoding, matrix.Deviations());

    public int Width => Origins.Length;

    /// <summary>The index in the signature of the feature that each column was made from.</summary>
    public int[] Origins => _encoding.Origins;

    /// <param name="matrix">The training rows, encoded.</param>
    /// <param name="preparation">How columns are prepared where not by default, and the targets to learn it from.</param>
    /// <param name="defaults">How the learner would have its features; those of linear models if absent.</param>
    /// <exception cref="TrainingRefusedException">There is no usable feature, or one that cannot be scaled.</exception>
    public static LinearEncoding Learn(
        RawFeatures features,
        ModelSignature signature,
        out DesignMatrix matrix,
        Preparation? preparation = null,
        EncodingDefaults? defaults = null)
    {
        TrainingChecks.RequireSize(features.Rows, features.Numbers.Length, "numeric features");
        var learned = new FeatureEncodingBuilder(
            features, signature, preparation ?? Preparation.Default, defaults ?? EncodingDefaults.Linear);
        TrainingChecks.RequireUsable(learned.Encoding.Usable);
        TrainingChecks.RequireSize(features.Rows, learned.Encoding.Numbers, "columns of numbers");
        matrix = Matrix(learned.Encoding, learned.Training);
        return new LinearEncoding(learned.Encoding, matrix);
    }

    public DesignMatrix Encode(RawFeatures features) => Matrix(_encoding, _encoding.Encode(features));

    /// <summary>The standard deviation of each column over the training rows.</summary>
    public double[] Deviations() => [.. _deviations];

    public GraphValue ToGraph(ModelGraph graph) => _encoding.ToGraph(graph);

    private static DesignMatrix Matrix(FeatureEncoding encoding, EncodedFeatures encoded)
    {
        var width = encoded.NumberColumns.Length;
        var numbers = new float[encoded.Rows * width];
        var values = new float[encoded.Rows];
        for (var column = 0; column < width; column++)
        {
            encoded.NumberColumns[column](0, values);
            for (var row = 0; row < values.Length; row++)
            {
                numbers[(row * width) + column] = values[row];
            }
        }

        return new DesignMatrix(encoded.Rows, width, numbers, encoded.Codes, encoding.CategoryWidths, encoded.Terms);
    }
}
