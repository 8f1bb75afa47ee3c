using Microsoft.ML;
using Microsoft.ML.Data;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What a trainer of ML.NET has learned.</summary>
internal sealed class MlNetModel(
    string learner, MLContext context, ITransformer transformer, ModelSignature signature, LinearEncoding encoding) : ITrainedModel
{
    private readonly string _column = signature.Task is TaskType.Binary ? "Probability" : "Score";

    public IReadOnlyDictionary<string, double> Importance { get; set; } = new Dictionary<string, double>();

    public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>();

    public double[] Predict(DataFrame features)
    {
        var matrix = encoding.Encode(RawFeatures.Read(features, signature));
        var scored = transformer.Transform(MlNetRows.ToScore(context, matrix));
        return signature.Task switch
        {
            TaskType.Binary => [.. scored.GetColumn<float>(_column).SelectMany(positive => new[] { 1 - (double)positive, positive })],
            TaskType.Multiclass => [.. scored.GetColumn<float[]>(_column).SelectMany(row => row).Select(value => (double)value)],
            _ => [.. scored.GetColumn<float>(_column).Select(value => (double)value)],
        };
    }

    public byte[] ToOnnx()
    {
        using var exported = new MemoryStream();
        var empty = encoding.Encode(RawFeatures.Read(Empty(), signature));
        context.Model.ConvertToOnnx(transformer, MlNetRows.ToScore(context, empty), exported, _column);
        return ConvertedModel.Wrap(exported.ToArray(), _column, learner, signature, encoding.ToGraph);
    }

    private DataFrame Empty() => new([.. signature.Features.Select(feature => feature.IsNumeric
        ? (Column)new NumericColumn(feature, [])
        : new StringColumn(feature, [], []))]);
}
