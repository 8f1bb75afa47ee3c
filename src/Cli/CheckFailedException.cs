namespace Mlops.Cli;

/// <summary>A check did not hold. The message is shown as it is.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
