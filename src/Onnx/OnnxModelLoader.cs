using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Loads ONNX models into ONNX Runtime, after reading what they say of themselves.</summary>
/// <remarks>
/// <para>
/// Models of our own learners and models made elsewhere load alike: a single input may have any name, probabilities may come as
/// float [rows, classes], as the positive class's alone ([rows, 1] or [rows]) or as a sequence of maps from label to probability
/// (scikit-learn's ZipMap), a prediction as [rows, 1] or [rows]. Where the model names its classes, they must be the signature's;
/// their order may differ. Each model scores three rows of zeros and empty strings, in bounded time, before it counts as loaded.
/// </para>
/// <para>
/// Trees and linear models over numbers alone are scored by <see cref="CompiledScorer"/> without the runtime, if
/// <see cref="CompiledTrial"/> finds no difference.
/// </para>
/// <para>
/// Models that take tensors are tried on zeros as well, but not refused for failing on them; see <see cref="TensorTrial"/>.
/// </para>
/// <para>
/// Refused unseen by the runtime: too many bytes, malformed bytes, constants that claim more elements than they carry, tensors in
/// files beside the model, operators of unknown domains or newer versions, trees too deep to load; see <see cref="ModelAdmission"/>. A model is a program all
/// the same: one that takes endless time or memory on some inputs is not told from a large one, so run strangers' models in a process
/// with limits.
/// </para>
/// </remarks>
public sealed class OnnxModelLoader(OnnxLimits limits) : IModelLoader
{
    private const int TrialRows = 3;

    public IModelScorer Load(ReadOnlyMemory<byte> onnx, ModelSignature signature)
    {
        var graph = ModelAdmission.Admit(onnx, limits);
        var binding = GraphBinding.Resolve(graph, signature);
        var session = Open(onnx);
        try
        {
            var scorer = new OnnxScorer(signature, session, binding, Try(session, binding, signature));
            return (IModelScorer?)Compiled(onnx.Span, binding, scorer) ?? scorer;
        }
        catch (OnnxRuntimeException refused)
        {
            session.Dispose();
            throw new ModelLoadException($"The model fails on rows of zeros and empty strings: {RuntimeWords.Of(refused)}", refused);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public ITensorScorer LoadTensors(ReadOnlyMemory<byte> onnx, TensorSignature signature) =>
        LoadTensors(onnx, ModelAdmission.Admit(onnx, limits), signature);

    /// <param name="graph">What was admitted.</param>
    /// <param name="signature">Null: what the graph says.</param>
    /// <exception cref="ModelLoadException">This runtime cannot run the model, what goes in or out has no form as tensors, or it is not
    /// what the signature says.</exception>
    internal TensorScorer LoadTensors(ReadOnlyMemory<byte> onnx, OnnxGraphInfo graph, TensorSignature? signature)
    {
        var binding = signature is null ? TensorBinding.Infer(graph) : TensorBinding.Resolve(graph, signature);
        var session = Open(onnx);
        try
        {
            var trial = TensorTrial.Run(session, binding, limits);
            return new TensorScorer(session, signature is null ? trial.Completed(binding) : binding, limits, trial.Shapes is not null);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <exception cref="ModelLoadException">The runtime refuses the model.</exception>
    internal static InferenceSession Open(ReadOnlyMemory<byte> onnx)
    {
        using var options = new SessionOptions
        {
            // Requests are the parallelism; a spinning pool per model would burn the cores they need.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // Tables need little memory for a short time: an arena per model keeps more and, on single rows, takes longer.
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
            // What fails is thrown; the library's own lines on standard error would tell it twice.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        try
        {
            return new InferenceSession(WholeArray(onnx), options);
        }
        catch (OnnxRuntimeException refused)
        {
            throw new ModelLoadException($"ONNX Runtime cannot run the model: {RuntimeWords.Of(refused)}", refused);
        }
    }

    /// <summary>The same model without the runtime, whose session is freed then.</summary>
    /// <returns>Null if the model is neither trees nor linear, or is not shown to give the same bits.</returns>
    private static CompiledScorer? Compiled(ReadOnlySpan<byte> onnx, GraphBinding binding, OnnxScorer reference)
    {
        var signature = reference.Signature;
        if (((ICompiledModel?)TreeModel.Read(onnx, binding) ?? LinearModel.Read(onnx, binding)) is not { } model
            || (model.Width != signature.OutputWidth && model.Width is not 1))
        {
            return null;
        }

        var compiled = new CompiledScorer(signature, binding, model);
        if (!CompiledTrial.Agree(model, compiled, reference))
        {
            return null;
        }

        reference.Dispose();
        return compiled;
    }

    private static byte[] WholeArray(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array && array.Length == bytes.Length
            ? array
            : bytes.ToArray();

    /// <summary>Scores a few rows and sees in which form the output comes: what a model declares is not always what it gives.</summary>
    private OutputForm Try(InferenceSession session, GraphBinding binding, ModelSignature signature)
    {
        using var options = new RunOptions();
        using var deadline = new CancellationTokenSource(limits.TrialTime);
        using var ending = deadline.Token.Register(() => options.Terminate = true);
        using var numbers = OrtValue.CreateTensorValueFromMemory(new float[TrialRows * binding.Numbers], [TrialRows, binding.Numbers]);
        using var strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [TrialRows, binding.Strings]);
        var inputs = new Dictionary<string, OrtValue>(StringComparer.Ordinal);
        if (binding.NumericInput is { } numericInput)
        {
            inputs.Add(numericInput, numbers);
        }

        if (binding.StringInput is { } stringInput)
        {
            inputs.Add(stringInput, strings);
        }

        using var outputs = session.Run(options, inputs, [binding.Output]);
        if (!outputs[0].IsTensor)
        {
            LabelledMaps.Read(outputs[0], signature.Classes, new float[TrialRows * signature.OutputWidth]);
            return OutputForm.Maps;
        }

        var shape = outputs[0].GetTensorTypeAndShape().Shape;
        var hasOneColumn = signature.Task is TaskType.Regression or TaskType.Binary;
        return shape switch
        {
            [TrialRows, var width] when width == signature.OutputWidth => OutputForm.Matrix,
            [TrialRows, 1] when hasOneColumn => OutputForm.Column,
            [TrialRows] when hasOneColumn => OutputForm.Vector,
            _ => throw new ModelLoadException(
                $"The output '{binding.Output}' has shape [{string.Join(", ", shape)}] for {TrialRows} rows; " +
                $"[{TrialRows}, {signature.OutputWidth}] is needed."),
        };
    }
}
