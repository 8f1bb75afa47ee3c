namespace Mlops.Onnx;

/// <summary>What a model may cost before it is trusted.</summary>
/// <param name="MaximumBytes">The most bytes of a model.</param>
/// <param name="TrialTime">How long a model may take to score the few rows that it is tried on.</param>
/// <param name="MaximumOutputBytes">The most bytes that the tensors of one answer may have together.</param>
public sealed record OnnxLimits(long MaximumBytes, TimeSpan TrialTime, long MaximumOutputBytes = 64L * 1024 * 1024)
{
    public static OnnxLimits Default { get; } = new(512L * 1024 * 1024, TimeSpan.FromSeconds(10));
}
