namespace Mlops.LocalHost.Durable;

/// <summary>An orchestrator did not do what its history says it did, or does what no history can hold.</summary>
public sealed class NonDeterministicOrchestrationException(string message) : InvalidOperationException(message);
