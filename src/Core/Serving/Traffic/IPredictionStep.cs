using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Something done in C# before or after scoring, for what a graph cannot or should not do. Safe for concurrent use.</summary>
/// <remarks>Arms name steps; they run in that order before scoring and in the opposite order after it.</remarks>
public interface IPredictionStep
{
    /// <summary>What an arm names it by.</summary>
    string Name { get; }

    /// <summary>Why it makes no sense for a model; null if it does.</summary>
    string? RefusalFor(ModelSignature signature);

    /// <param name="numbers">Row-major [rows, numeric features].</param>
    /// <param name="strings">Row-major [rows, other features].</param>
    void Before(ModelSignature signature, Span<float> numbers, Span<string> strings);

    /// <param name="scores">Row-major [rows, <see cref="ModelSignature.OutputWidth"/>].</param>
    void After(ModelSignature signature, Span<float> scores);
}

/// <summary>Takes white space off both ends of strings.</summary>
public sealed class TrimStep : IPredictionStep
{
    public string Name => "trim";

    public string? RefusalFor(ModelSignature signature) => StepChecks.NeedsStrings(signature);

    public void Before(ModelSignature signature, Span<float> numbers, Span<string> strings)
    {
        foreach (ref var text in strings)
        {
            text = text.Trim();
        }
    }

    public void After(ModelSignature signature, Span<float> scores)
    {
    }
}

/// <summary>Makes strings lower-case, as of no language.</summary>
public sealed class LowerCaseStep : IPredictionStep
{
    public string Name => "lower-case";

    public string? RefusalFor(ModelSignature signature) => StepChecks.NeedsStrings(signature);

    public void Before(ModelSignature signature, Span<float> numbers, Span<string> strings)
    {
        foreach (ref var text in strings)
        {
            text = text.ToLowerInvariant();
        }
    }

    public void After(ModelSignature signature, Span<float> scores)
    {
    }
}

/// <summary>Makes negative predictions zero, for quantities that cannot be negative.</summary>
public sealed class NonNegativeStep : IPredictionStep
{
    public string Name => "non-negative";

    public string? RefusalFor(ModelSignature signature) =>
        signature is { Task: TaskType.Regression, Tensors: null } ? null : "it is for models that predict a quantity";

    public void Before(ModelSignature signature, Span<float> numbers, Span<string> strings)
    {
    }

    public void After(ModelSignature signature, Span<float> scores)
    {
        foreach (ref var score in scores)
        {
            score = score < 0 ? 0 : score;
        }
    }
}

internal static class StepChecks
{
    public static string? NeedsStrings(ModelSignature signature) =>
        signature.Features.Any(feature => !feature.IsNumeric) ? null : "the model has no feature that is a string";
}
