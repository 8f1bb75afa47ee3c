using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>What a model made of zeros and empty strings, every free dimension being 1.</summary>
/// <param name="Shapes">The outputs' shapes in order; null if the model cannot take zeros, or was not asked as they were too many.</param>
/// <remarks>
/// A model that fails on zeros is not refused for it: zeros may be indices out of range, or a length that nothing fits. One that does
/// not come to an end in time is, and one whose outputs are of another type than it says.
/// </remarks>
internal sealed record TensorTrial(IReadOnlyList<IReadOnlyList<long>>? Shapes)
{
    /// <summary>Inputs of a size that nobody declared but by mistake, or to do harm.</summary>
    private const long MaximumElements = 16L * 1024 * 1024;

    public static TensorTrial Run(InferenceSession session, TensorBinding binding, OnnxLimits limits)
    {
        var inputs = new List<OrtValue>();
        try
        {
            long[][] shapes = [.. binding.Inputs.Select(input => input.Shape.Select(length => length < 0 ? 1 : length).ToArray())];
            if (shapes.Any(shape => shape.Length > 0 && shape.Aggregate(1.0, (count, length) => count * length) > MaximumElements))
            {
                return new TensorTrial(Shapes: null);
            }

            foreach (var (input, shape) in binding.Inputs.Zip(shapes))
            {
                inputs.Add(Zeros(input, shape));
            }

            return Run(session, binding, inputs, limits);
        }
        finally
        {
            inputs.ForEach(value => value.Dispose());
        }
    }

    /// <summary>The binding with what the trial has shown: the ranks that the graph does not say, and the dimensions that it says
    /// wrongly, which become free.</summary>
    /// <exception cref="ModelLoadException">Neither graph nor trial tell an output's rank.</exception>
    public TensorBinding Completed(TensorBinding binding) => binding with
    {
        Outputs =
        [
            .. binding.Outputs.Select((port, i) => port with { Spec = port.Spec with { Shape = Completed(port.Spec, Shapes?[i]) } }),
        ],
    };

    private static IReadOnlyList<long> Completed(TensorSpec output, IReadOnlyList<long>? seen)
    {
        if (ReferenceEquals(output.Shape, TensorBinding.UnknownShape))
        {
            return seen is not null
                ? [.. seen.Select(_ => -1L)]
                : throw new ModelLoadException(
                    $"The graph does not say the shape of the output '{output.Name}', and zeros do not show it; " +
                    "name the tensors to say it.");
        }

        return seen?.Count == output.Shape.Count
            ? [.. output.Shape.Zip(seen, (said, found) => said == found ? said : -1)]
            : output.Shape;
    }

    private static TensorTrial Run(InferenceSession session, TensorBinding binding, List<OrtValue> inputs, OnnxLimits limits)
    {
        using var options = new RunOptions();
        using var deadline = new CancellationTokenSource(limits.TrialTime);
        using var ending = deadline.Token.Register(() => options.Terminate = true);
        try
        {
            using var outputs = session.Run(
                options,
                [.. binding.Inputs.Select(input => input.Name)],
                inputs,
                [.. binding.Outputs.Select(output => output.Spec.Name)]);
            var room = limits.MaximumOutputBytes;
            return new TensorTrial(
                [.. binding.Outputs.Zip(outputs, (port, value) => TensorValues.FromRuntime(value, port, ref room).Shape)]);
        }
        catch (OnnxRuntimeException) when (deadline.IsCancellationRequested)
        {
            throw new ModelLoadException(
                $"The model did not come to an end on zeros within {limits.TrialTime.TotalSeconds:0.#} s.");
        }
        catch (OnnxRuntimeException)
        {
            return new TensorTrial(Shapes: null);
        }
        catch (TensorScoringException unfit)
        {
            throw new ModelLoadException($"Asked with zeros: {unfit.Message}", unfit);
        }
    }

    private static OrtValue Zeros(TensorSpec input, long[] shape)
    {
        if (input.Type is TensorType.String)
        {
            return OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        }

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, input.Type.ToRuntime(), shape);
        if (!shape.Contains(0))
        {
            value.GetTensorMutableRawData().Clear();
        }

        return value;
    }
}
