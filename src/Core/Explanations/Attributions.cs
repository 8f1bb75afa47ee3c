namespace Mlops.Explanations;

/// <summary>How attributions are found.</summary>
public enum ExplanationMethod { TreeShap, LinearShap, KernelShap }

/// <summary>In which unit a model's output is explained.</summary>
public enum ExplanationScale
{
    /// <summary>The predicted quantity.</summary>
    Value,

    /// <summary>Probabilities of classes.</summary>
    Probability,

    /// <summary>What the model sums up before a sigmoid, a softmax or an exponential: log odds, class scores, a logarithm.</summary>
    Score,
}

/// <summary>What each feature adds to each output of each row.</summary>
/// <remarks>They add up: base value + Σ attributions = output, to rounding.</remarks>
/// <param name="Rows">How many rows.</param>
/// <param name="Features">How many features.</param>
/// <param name="BaseValues">One per output: what is predicted of a row of which nothing is known.</param>
/// <param name="Outputs">Row-major [rows, outputs]: what is predicted, in the unit of the explanation.</param>
/// <param name="Values">Row-major [rows, outputs, features], features in signature order.</param>
public sealed record Attributions(int Rows, int Features, double[] BaseValues, double[] Outputs, double[] Values)
{
    /// <summary>The attributions of one output of one row, by feature.</summary>
    public ReadOnlySpan<double> Of(int row, int output) =>
        Values.AsSpan(((row * BaseValues.Length) + output) * Features, Features);
}
