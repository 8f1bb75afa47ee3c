using System.Text.Json;
using Mlops.Explanations;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Explains ONNX models: sums of trees and of weights exactly, others by sampling.</summary>
/// <remarks>
/// A graph of our own learners names in its metadata (<see cref="OriginsKey"/>) the feature that each column of the tensor
/// <see cref="EncodedTensor"/> was made from, and in <c>nodes_hitrates</c> the training rows at each node. Where those are absent, as in
/// models made elsewhere, the background rows are sent down the trees instead; a model whose trees read other columns than the
/// numeric features is explained by sampling.
/// </remarks>
public sealed class OnnxExplainerLoader(IModelLoader models, OnnxLimits limits) : IExplainerLoader
{
    /// <summary>What the summing node reads in graphs of our own learners.</summary>
    public const string EncodedTensor = "encoded";

    /// <summary>The metadata entry with the index of the feature that each encoded column was made from, as a JSON array.</summary>
    public const string OriginsKey = "origins";

    /// <summary>How far sums may lie from outputs, relative to them, and still be the outputs: both are single precision.</summary>
    private const double SameOutput = 1e-3;

    public IModelExplainer Load(
        ReadOnlyMemory<byte> onnx, ModelSignature signature, FeatureBatch background, ExplanationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(background.Rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Budget, 2);

        // Loading checks size, form and operators, whatever explains in the end.
        var scorer = models.Load(onnx, signature);
        try
        {
            if (options.Method is not ExplanationMethod.KernelShap && Exact(onnx, scorer, background, options) is { } exact)
            {
                return exact;
            }

            return options.Method is ExplanationMethod.TreeShap or ExplanationMethod.LinearShap
                ? throw new ExplanationException($"The model is no sum that {options.Method} explains; leave the method out.")
                : new SampledExplainer(scorer, background, options);
        }
        catch
        {
            scorer.Dispose();
            throw;
        }
    }

    private AdditiveExplainer? Exact(
        ReadOnlyMemory<byte> onnx, IModelScorer scorer, FeatureBatch background, ExplanationOptions options)
    {
        var signature = scorer.Signature;
        if (AdditivePartReader.Read(onnx.Span, EncodedTensor) is not { } part
            || options.Method is { } method && method is ExplanationMethod.TreeShap != part.Trees is not null)
        {
            return null;
        }

        var graph = OnnxGraphInfo.Read(onnx.Span);
        if (Players(graph, signature, part) is not { } players)
        {
            return null;
        }

        var encoder = EncodedColumns.Load(onnx, signature, GraphBinding.Resolve(graph, signature), part.Input, players.Length, limits);
        try
        {
            var sums = ExactSums.Of(part, players, signature.Features.Count, encoder.Encode(background), background.Rows);
            return new AdditiveExplainer(scorer, encoder, sums, IsOutput(sums, scorer, encoder, background));
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>For each column that is summed the feature that it was made from.</summary>
    private static int[]? Players(OnnxGraphInfo graph, ModelSignature signature, AdditivePart part)
    {
        var columns = part.Weights?.Length / part.Outputs;
        var widest = part.Trees?.SelectMany(tree => tree.Nodes).Max(node => node.Column) + 1 ?? 0;
        int[]? players = null;
        if (graph.Metadata.TryGetValue(OriginsKey, out var origins))
        {
            try
            {
                players = JsonSerializer.Deserialize<int[]>(origins);
            }
            catch (JsonException)
            {
                return null;
            }
        }
        else if (graph.Inputs.Any(input => input.Name == part.Input) && signature.Features.All(feature => feature.IsNumeric))
        {
            players = [.. Enumerable.Range(0, signature.Features.Count)];
        }

        return players is not null
            && players.All(player => player >= 0 && player < signature.Features.Count)
            && (columns is null || columns == players.Length)
            && widest <= players.Length
            ? players
            : null;
    }

    /// <summary>Whether the sums are the model's outputs, not what a sigmoid or the like makes outputs of.</summary>
    private static bool IsOutput(ExactSums sums, IModelScorer scorer, EncodedColumns encoder, FeatureBatch background)
    {
        // Of two classes the sums may be those of the positive one, the last, alone.
        var width = scorer.Signature.OutputWidth;
        if (sums.Outputs != width && (sums.Outputs is not 1 || scorer.Signature.Task is not TaskType.Binary))
        {
            return false;
        }

        var outputs = new float[background.Rows * width];
        scorer.Score(background, outputs);
        var explained = sums.Explain(encoder.Encode(background), background.Rows).Outputs;
        var first = width - sums.Outputs;
        return explained.Index().All(sum =>
        {
            var output = outputs[(sum.Index / sums.Outputs * width) + first + (sum.Index % sums.Outputs)];
            return Math.Abs(output - sum.Item) <= SameOutput * (1 + Math.Abs(output));
        });
    }
}
