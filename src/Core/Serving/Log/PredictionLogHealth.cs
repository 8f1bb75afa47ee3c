namespace Mlops.Serving;

/// <summary>How the prediction log of this process is doing.</summary>
/// <param name="Queued">Records that are not yet durable.</param>
/// <param name="Lag">The age of the oldest of them.</param>
/// <param name="Written">Records made durable since the start.</param>
/// <param name="Dropped">Records given up since the start, because the queue was full or an append failed for good.</param>
public sealed record PredictionLogHealth(long Queued, TimeSpan Lag, long Written, long Dropped);

/// <summary>A prediction whose record must be durable before it is answered could not be logged.</summary>
public sealed class PredictionNotLoggedException(string message, Exception? inner = null) : Exception(message, inner);
