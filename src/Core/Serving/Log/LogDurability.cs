namespace Mlops.Serving;

/// <summary>What an endpoint asks of the prediction log.</summary>
public enum LogDurability
{
    /// <summary>Nothing is logged.</summary>
    None,

    /// <summary>The answer does not wait. A killed process loses at most the last second, and an overrun queue drops; either shows as
    /// a gap.</summary>
    Async,

    /// <summary>The answer waits until the record is durable, or is not given.</summary>
    Audit,
}
