namespace Mlops.Registry;

/// <summary>What came of creating a model.</summary>
public abstract record CreationOutcome
{
    private CreationOutcome() { }

    public sealed record Created(RegisteredModel Model) : CreationOutcome;

    public sealed record AlreadyExists : CreationOutcome;

    /// <param name="Field">What is refused, such as <c>description</c> or <c>stage</c>.</param>
    public sealed record Refused(string Field, string Reason) : CreationOutcome;
}

/// <summary>What came of registering a version.</summary>
public abstract record RegistrationOutcome
{
    private RegistrationOutcome() { }

    public sealed record Registered(ModelVersion Version) : RegistrationOutcome;

    /// <summary>An earlier registration had the same key; this is its version as it is now.</summary>
    public sealed record AlreadyRegistered(ModelVersion Version) : RegistrationOutcome;

    /// <summary>An earlier registration had the same key and another fingerprint.</summary>
    public sealed record KeyTaken(int Version) : RegistrationOutcome;

    public sealed record UnknownModel : RegistrationOutcome;

    public sealed record Refused(string Reason) : RegistrationOutcome;
}

/// <summary>What came of editing a model.</summary>
public abstract record ModelOutcome
{
    private ModelOutcome() { }

    public sealed record Changed(RegisteredModel Model) : ModelOutcome;

    public sealed record UnknownModel : ModelOutcome;

    /// <summary>The model no longer carries the expected tag.</summary>
    public sealed record Stale : ModelOutcome;

    /// <param name="Field">What is refused, such as <c>description</c> or <c>stage</c>.</param>
    public sealed record Refused(string Field, string Reason) : ModelOutcome;
}

/// <summary>What came of editing a version or moving it to another stage.</summary>
public abstract record VersionOutcome
{
    private VersionOutcome() { }

    public sealed record Changed(ModelVersion Version) : VersionOutcome;

    public sealed record UnknownModel : VersionOutcome;

    public sealed record UnknownVersion : VersionOutcome;

    /// <summary>The version no longer carries the expected tag.</summary>
    public sealed record Stale : VersionOutcome;

    /// <param name="Field">What is refused, such as <c>description</c> or <c>stage</c>.</param>
    public sealed record Refused(string Field, string Reason) : VersionOutcome;
}

/// <summary>What came of setting or removing an alias.</summary>
public abstract record AliasOutcome
{
    private AliasOutcome() { }

    public sealed record Set(AliasAssignment Assignment) : AliasOutcome;

    /// <summary>The alias is gone, or was never there.</summary>
    public sealed record Removed : AliasOutcome;

    public sealed record UnknownModel : AliasOutcome;

    public sealed record UnknownVersion : AliasOutcome;

    /// <summary>The alias no longer carries the expected tag, or is not there.</summary>
    public sealed record Stale : AliasOutcome;
}
