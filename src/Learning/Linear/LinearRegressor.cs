using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A quantity, or its logarithm, that is linear in the encoded features.</summary>
internal sealed class LinearRegressor : ITrainedModel
{
    /// <summary>The logarithm is kept within this, so that its exponential is a number over 0 in single precision.</summary>
    private const float MaxLogarithm = 87;

    private readonly string _learner;
    private readonly ModelSignature _signature;
    private readonly LinearEncoding _encoding;
    private readonly double[] _parameters;
    private readonly bool _isLogarithmic;

    /// <param name="parameters">The weights and the intercept; kept in single precision, as the graph has them.</param>
    public LinearRegressor(
        string learner, ModelSignature signature, LinearEncoding encoding, double[] parameters, bool isLogarithmic = false)
    {
        (_learner, _signature, _encoding, _isLogarithmic) = (learner, signature, encoding, isLogarithmic);
        _parameters = Array.ConvertAll(parameters, value => (double)(float)value);
    }

    public required IReadOnlyDictionary<string, double> Facts { get; init; }

    public IReadOnlyDictionary<string, double> Importance => FeatureImportance.Share(
        _signature,
        _encoding.Origins,
        [.. _encoding.Deviations().Select((deviation, column) => deviation * Math.Abs(_parameters[column]))]);

    /// <summary>The weights followed by the intercept.</summary>
    public IReadOnlyList<double> Parameters => _parameters;

    public double[] Predict(DataFrame features)
    {
        var matrix = _encoding.Encode(RawFeatures.Read(features, _signature));
        var predictions = new double[matrix.Rows];
        for (var row = 0; row < predictions.Length; row++)
        {
            var score = matrix.Dot(row, _parameters.AsSpan()[..^1]) + _parameters[^1];
            predictions[row] = _isLogarithmic ? Math.Exp(Math.Clamp(score, -MaxLogarithm, MaxLogarithm)) : score;
        }

        return predictions;
    }

    public byte[] ToOnnx()
    {
        var graph = new ModelGraph(_signature, _learner);
        var writer = graph.Writer;
        var score = writer.LinearRegressor(
            _encoding.ToGraph(graph), [.. _parameters[..^1].Select(value => (float)value)], [(float)_parameters[^1]]);
        if (!_isLogarithmic)
        {
            return graph.Regresses(score);
        }

        var clipped = writer.Node("Clip", [score, writer.Constant([-MaxLogarithm]), writer.Constant([MaxLogarithm])]);
        return graph.Regresses(writer.Exp(clipped));
    }
}
