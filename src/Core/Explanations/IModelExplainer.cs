using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Explanations;

/// <summary>Says what each feature adds to a model's predictions. Not safe for concurrent use.</summary>
public interface IModelExplainer : IDisposable
{
    ExplanationMethod Method { get; }

    ExplanationScale Scale { get; }

    /// <summary>What is explained: the target's name, the positive class, or each of several classes.</summary>
    IReadOnlyList<string> Outputs { get; }

    Attributions Explain(FeatureBatch rows, CancellationToken cancellationToken);
}

/// <summary>How predictions are to be explained.</summary>
/// <param name="Method">Absent: exact where the model's form allows it, else sampled.</param>
/// <param name="Budget">Of <see cref="ExplanationMethod.KernelShap"/>: how many coalitions of features are scored at most.</param>
/// <param name="Seed">Of <see cref="ExplanationMethod.KernelShap"/>.</param>
public sealed record ExplanationOptions(ExplanationMethod? Method = null, int Budget = 2_048, long Seed = 0);

/// <summary>Makes explainers of models.</summary>
public interface IExplainerLoader
{
    /// <param name="onnx">The model.</param>
    /// <param name="background">Rows that stand for what is usual; at least one.</param>
    /// <exception cref="ModelLoadException">The bytes are not a model that can run here.</exception>
    /// <exception cref="ExplanationException">The method that is asked for does not fit the model.</exception>
    IModelExplainer Load(ReadOnlyMemory<byte> onnx, ModelSignature signature, FeatureBatch background, ExplanationOptions options);
}

/// <summary>A model cannot be explained as asked. The message is for the person who asked.</summary>
public sealed class ExplanationException(string message) : Exception(message);
