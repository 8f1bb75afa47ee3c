namespace Mlops.Cli;

/// <summary>What a command's exit code says.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Something did not work: the platform cannot be reached, a training failed, a check did not hold.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the request is wrong.</summary>
    public const int Usage = 2;

    /// <summary>There is a version, but a gate refused it the alias.</summary>
    public const int GateMissed = 3;

    /// <summary>The training ended in order without a version: the data does not fit the spec, or teaches nothing.</summary>
    public const int Refused = 4;

    /// <summary>Stopped by Ctrl+C, as shells have it.</summary>
    public const int Interrupted = 130;
}
