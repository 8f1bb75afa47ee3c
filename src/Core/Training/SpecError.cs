namespace Mlops.Training;

/// <summary>One thing that is wrong with a training spec.</summary>
/// <param name="Path">Where in the spec, as <c>learner.hyperparameters.learningRate</c> or <c>gates[1].metric</c>.</param>
/// <param name="Problem">What was expected there.</param>
public sealed record SpecError(string Path, string Problem);
