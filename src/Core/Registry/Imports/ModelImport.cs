using System.Diagnostics;
using System.Security.Cryptography;
using Mlops.Data;
using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>A model made elsewhere, as it is handed in.</summary>
/// <param name="Framework">What it was made with, for people; kept as the tag <c>framework</c>.</param>
public sealed record ModelPackage(
    ReadOnlyMemory<byte> Onnx,
    ModelClaims Claims,
    IReadOnlyDictionary<string, string> Tags,
    string? Description = null,
    string? Framework = null);

/// <summary>What is kept of an import beside the model.</summary>
/// <param name="Sha256">Of the model as it came.</param>
/// <param name="Claims">What was said of it.</param>
/// <param name="TakesZeros">Whether it has answered zeros and empty strings, free dimensions being 1.</param>
public sealed record ImportRecord(
    string Sha256,
    string ImportedBy,
    DateTimeOffset ImportedAt,
    string? Framework,
    ModelClaims Claims,
    ModelOrigin Origin,
    bool TakesZeros);

/// <summary>What came of registering a model made elsewhere.</summary>
public abstract record ImportOutcome
{
    private ImportOutcome() { }

    public sealed record Registered(ModelVersion Version) : ImportOutcome;

    /// <summary>The same model was registered with the same key before; this is its version as it is now.</summary>
    public sealed record AlreadyRegistered(ModelVersion Version) : ImportOutcome;

    /// <summary>The key was used for another model, or for other words about it.</summary>
    public sealed record KeyTaken(int Version) : ImportOutcome;

    /// <summary>What is said of the model cannot be true of any.</summary>
    public sealed record Malformed(IReadOnlyList<ClaimFault> Faults) : ImportOutcome;

    /// <summary>The model cannot be served, or not as what it is said to be.</summary>
    public sealed record Refused(IReadOnlyList<ClaimFault> Faults) : ImportOutcome;
}

/// <summary>Registers models made elsewhere: looked into first, so that what is refused leaves nothing behind.</summary>
public sealed class ModelImport(ModelStore models, ModelFiles files, IModelInspector inspector, TimeProvider time)
{
    public const string RecordFile = "import_record.json";
    public const string FrameworkTag = "framework";

    private const int MaxFramework = 200;

    /// <summary>So large an input example shows nobody anything.</summary>
    private const int MaxExampleElements = 10_000;

    /// <param name="key">Names this import for ever: importing the same again with it gives the same version.</param>
    public async Task<ImportOutcome> ImportAsync(
        TenantId tenant, ModelName name, ModelPackage package, string key, string actor, CancellationToken cancellationToken)
    {
        var faults = Faults(package);
        if (faults.Count > 0)
        {
            return new ImportOutcome.Malformed(faults);
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(package.Onnx.Span));
        var fingerprint = Fingerprint(sha256, package);
        if (await models.FindRegistrationAsync(tenant, name, key, fingerprint, cancellationToken) is { } earlier)
        {
            return Outcome(earlier);
        }

        switch (inspector.Inspect(package.Onnx, package.Claims))
        {
            case InspectionOutcome.Fits fits:
                var record = new ImportRecord(
                    sha256, actor, time.GetUtcNow(), package.Framework, package.Claims, fits.Origin, fits.TakesZeros);
                return await RegisterAsync(tenant, name, package, fits, record, key, fingerprint, cancellationToken);
            case InspectionOutcome.Refused(var reasons):
                return new ImportOutcome.Refused(reasons);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<ImportOutcome> RegisterAsync(
        TenantId tenant,
        ModelName name,
        ModelPackage package,
        InspectionOutcome.Fits fits,
        ImportRecord record,
        string key,
        string fingerprint,
        CancellationToken cancellationToken)
    {
        // A model is made only for a version that will be in it.
        if (Documents.Write(fits.Signature).Length > TableLimits.MaxDocumentBytes - (2 * Annotations.MaxBytes))
        {
            return new ImportOutcome.Refused([new ClaimFault("model", "The signature is too large to keep in the registry.")]);
        }

        var documents = new Dictionary<string, ReadOnlyMemory<byte>> { [RecordFile] = Documents.Write(record) };
        var content = new VersionContent(
            package.Onnx, fits.Signature, record.ImportedAt, ExampleRow(fits), RunId: null, documents)
        {
            TensorExample = ExampleTensors(fits),
        };
        await models.GetOrCreateAsync(tenant, name, record.ImportedBy, cancellationToken);
        var folder = await files.WriteAsync(tenant, name, key, content, cancellationToken);
        var registration = new VersionRegistration(
            key,
            folder,
            fits.Signature,
            new Dictionary<string, double>(),
            Tags(package),
            Description: package.Description,
            Fingerprint: fingerprint);
        return Outcome(await models.RegisterVersionAsync(tenant, name, registration, record.ImportedBy, cancellationToken));
    }

    private static ImportOutcome Outcome(RegistrationOutcome outcome) => outcome switch
    {
        RegistrationOutcome.Registered(var version) => new ImportOutcome.Registered(version),
        RegistrationOutcome.AlreadyRegistered(var version) => new ImportOutcome.AlreadyRegistered(version),
        RegistrationOutcome.KeyTaken(var version) => new ImportOutcome.KeyTaken(version),
        RegistrationOutcome.Refused(var reason) => new ImportOutcome.Refused([new ClaimFault("model", reason)]),
        _ => throw new UnreachableException(),
    };

    private static List<ClaimFault> Faults(ModelPackage package)
    {
        var faults = package.Claims.Faults().ToList();
        if (package.Framework is { Length: 0 or > MaxFramework })
        {
            faults.Add(new ClaimFault("framework", $"expected 1 to {MaxFramework} characters"));
        }
        else if (package.Framework is not null && package.Tags.ContainsKey(FrameworkTag))
        {
            faults.Add(new ClaimFault("framework", $"expected none, as it is the tag '{FrameworkTag}'"));
        }

        if (Annotations.Refusal(package.Description, Tags(package)) is { } fault)
        {
            faults.Add(new ClaimFault(fault.Field, fault.Reason));
        }

        return faults;
    }

    private static Dictionary<string, string> Tags(ModelPackage package)
    {
        var tags = new Dictionary<string, string>(package.Tags);
        if (package.Framework is { } framework)
        {
            tags[FrameworkTag] = framework;
        }

        return tags;
    }

    private static string Fingerprint(string sha256, ModelPackage package)
    {
        // In one order, whatever the order in which they came.
        var tags = new SortedDictionary<string, string>(package.Tags.ToDictionary(), StringComparer.Ordinal);
        var words = package with { Onnx = default, Tags = tags };
        return Convert.ToHexStringLower(SHA256.HashData([.. Convert.FromHexString(sha256), .. Documents.Write(words)]));
    }

    /// <summary>The row it was tried on; none if a string must not be missing, for the trial had no other.</summary>
    private static DataFrame? ExampleRow(InspectionOutcome.Fits fits)
    {
        var features = fits.Signature.Features;
        return features.Count is 0 || features.Any(feature => !feature.IsNumeric && !feature.Nullable)
            ? null
            : new DataFrame([.. features.Select(Column (feature) => feature.IsNumeric
                ? new NumericColumn(feature, [0])
                : new StringColumn(feature, [StringColumn.Missing], []))]);
    }

    private static IReadOnlyList<TensorSpec>? ExampleTensors(InspectionOutcome.Fits fits) =>
        fits is { TakesZeros: true, Signature.Tensors: { Inputs: { Count: > 0 } inputs } }
        && inputs.All(input => input.Shape.Aggregate(1.0, (count, length) => count * Math.Abs(length)) <= MaxExampleElements)
            ? inputs
            : null;
}
