namespace Mlops.Cli.Demo;

/// <summary>A check of the demonstration did not hold. The message is shown as it is.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
