namespace Mlops.Storage;

/// <summary>A continuation that no page of this scan gave out; it came from outside, so the edge answers 400.</summary>
public sealed class InvalidContinuationException(string message) : ArgumentException(message, "continuation");
