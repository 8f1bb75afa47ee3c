namespace Mlops.Training;

/// <summary>A condition on one metric of the exported model, measured on the held-out rows.</summary>
/// <param name="Metric">A metric that the task has.</param>
/// <param name="AtLeast">The least value that passes.</param>
/// <param name="AtMost">The greatest value that passes.</param>
/// <param name="ChampionMargin">How much worse than the version that carries the alias now it may be, both scored on the same rows.</param>
public sealed record GateSpec(string Metric, double? AtLeast = null, double? AtMost = null, double? ChampionMargin = null);
