using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>Scores that are linear in the encoded features, made probabilities by sigmoid or softmax.</summary>
internal sealed class LinearClassifier : IProbabilityGraph
{
    private readonly string _learner;
    private readonly ModelSignature _signature;
    private readonly LinearEncoding _encoding;
    private readonly double[] _parameters;

    /// <param name="parameters">For each output its weights and intercept; kept in single precision, as the graph has them.</param>
    public LinearClassifier(string learner, ModelSignature signature, LinearEncoding encoding, double[] parameters)
    {
        (_learner, _signature, _encoding) = (learner, signature, encoding);
        Outputs = parameters.Length / (encoding.Width + 1);
        _parameters = Array.ConvertAll(parameters, value => (double)(float)value);
    }

    public required IReadOnlyDictionary<string, double> Facts { get; init; }

    public IReadOnlyDictionary<string, double> Importance
    {
        get
        {
            var weights = _encoding.Deviations();
            for (var i = 0; i < weights.Length; i++)
            {
                var column = i;
                weights[i] *= Enumerable.Range(0, Outputs).Sum(output => Math.Abs(Weights(output)[column]));
            }

            return FeatureImportance.Share(_signature, _encoding.Origins, weights);
        }
    }

    /// <summary>How many scores a row has: one for two classes, else one per class.</summary>
    public int Outputs { get; }

    /// <summary>The weights of an output followed by its intercept.</summary>
    public ReadOnlySpan<double> Weights(int output) => _parameters.AsSpan(output * (_encoding.Width + 1), _encoding.Width + 1);

    public double[] Predict(DataFrame features)
    {
        var matrix = _encoding.Encode(RawFeatures.Read(features, _signature));
        var classes = _signature.Classes.Count;
        var probabilities = new double[matrix.Rows * classes];
        for (var row = 0; row < matrix.Rows; row++)
        {
            var scores = probabilities.AsSpan(row * classes, classes);
            for (var output = 0; output < Outputs; output++)
            {
                var weights = Weights(output);
                scores[^(Outputs - output)] = matrix.Dot(row, weights[..^1]) + weights[^1];
            }

            // With one output the first class has score 0, and softmax is the sigmoid.
            Link.Softmax(scores);
        }

        return probabilities;
    }

    public GraphValue Probabilities(ModelGraph graph) => Classify(graph).Probabilities;

    public byte[] ToOnnx()
    {
        var graph = new ModelGraph(_signature, _learner);
        var (label, probabilities) = Classify(graph);
        return graph.Classifies(label, probabilities);
    }

    private (GraphValue Label, GraphValue Probabilities) Classify(ModelGraph graph)
    {
        var width = _encoding.Width;
        var first = _signature.Classes.Count - Outputs;
        var coefficients = new float[_signature.Classes.Count * width];
        var intercepts = new float[_signature.Classes.Count];
        for (var output = 0; output < Outputs; output++)
        {
            var weights = Weights(output);
            for (var i = 0; i < width; i++)
            {
                coefficients[((first + output) * width) + i] = (float)weights[i];
            }

            intercepts[first + output] = (float)weights[^1];
        }

        return graph.Writer.LinearClassifier(
            _encoding.ToGraph(graph), coefficients, intercepts, _signature.Classes, PostTransform.Softmax);
    }
}
