namespace Mlops.Tracking;

/// <summary>An input of a run; once logged its value does not change.</summary>
public sealed record Param(string Key, string Value);

/// <summary>A note on a run; the last value set is the one it has.</summary>
public sealed record Tag(string Key, string Value)
{
    /// <summary>The tag that carries a run's name: setting it renames the run, and renaming sets it.</summary>
    public const string RunName = "mlflow.runName";
}
