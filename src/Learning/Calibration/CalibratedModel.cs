using System.Globalization;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A classifier followed by its calibration and its threshold, in one graph.</summary>
/// <param name="method">Of the calibration; null without one.</param>
internal sealed class CalibratedModel(
    string learner,
    ModelSignature signature,
    IProbabilityGraph inner,
    ClassCalibration? calibration,
    CalibrationMethod? method,
    double? threshold) : ITrainedModel
{
    public IReadOnlyDictionary<string, double> Importance => inner.Importance;

    public IReadOnlyDictionary<string, double> Facts => inner.Facts;

    public double? DecisionThreshold => threshold;

    public double[] Predict(DataFrame features)
    {
        var probabilities = inner.Predict(features);
        return calibration is null
            ? probabilities
            : Array.ConvertAll(calibration.Apply(Array.ConvertAll(probabilities, value => (float)value)), value => (double)value);
    }

    public byte[] ToOnnx()
    {
        var graph = new ModelGraph(signature, learner);
        var probabilities = inner.Probabilities(graph);
        if (calibration is not null)
        {
            graph.Writer.Metadata["calibration"] = JsonNamingPolicy.CamelCase.ConvertName($"{method}");
            probabilities = calibration.ToGraph(graph.Writer, probabilities);
        }

        if (threshold is not { } least)
        {
            return graph.Classifies(graph.Label(probabilities), probabilities);
        }

        graph.Writer.Metadata["decisionThreshold"] = least.ToString("R", CultureInfo.InvariantCulture);
        return graph.Classifies(graph.Label(probabilities, least), probabilities);
    }
}
