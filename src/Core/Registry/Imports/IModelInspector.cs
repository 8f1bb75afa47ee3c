namespace Mlops.Registry;

/// <summary>What a model file says of where it comes from and what it needs; all of it is the file's own word.</summary>
/// <param name="Producer">The tool that wrote it and its version; empty if it does not say.</param>
/// <param name="Opsets">The version of each operator set it needs, by domain.</param>
/// <param name="Operators">The distinct operators, as <c>domain:name</c>, or the name alone in the default domain.</param>
public sealed record ModelOrigin(
    string Producer, long IrVersion, IReadOnlyDictionary<string, long> Opsets, IReadOnlyList<string> Operators);

/// <summary>What came of inspecting a model.</summary>
public abstract record InspectionOutcome
{
    private InspectionOutcome() { }

    /// <param name="TakesZeros">Whether it has answered zeros and empty strings, free dimensions being 1.</param>
    public sealed record Fits(ModelSignature Signature, ModelOrigin Origin, bool TakesZeros) : InspectionOutcome;

    /// <summary>The model cannot be served, or not as what it is said to be.</summary>
    public sealed record Refused(IReadOnlyList<ClaimFault> Faults) : InspectionOutcome;
}

/// <summary>Looks into models that come from outside as untrusted bytes, without keeping them.</summary>
public interface IModelInspector
{
    /// <summary>Loads the model as serving would and works out its signature.</summary>
    /// <param name="claims">Without faults of their own.</param>
    InspectionOutcome Inspect(ReadOnlyMemory<byte> onnx, ModelClaims claims);
}
