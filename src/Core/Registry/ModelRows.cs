using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Mlops.Registry;

/// <summary>How a model lies in its partition. Counted rows are numbered downwards, so that a scan meets the newest first.</summary>
/// <remarks>What a model's summary needs shares a prefix and is read by one scan.</remarks>
internal static class ModelRows
{
    public const string SummaryPrefix = "summary:";
    public const string AliasPrefix = "summary:alias:";
    public const string Head = "summary:head";
    public const string Model = "summary:model";
    public const string VersionPrefix = "version:";
    public const string HistoryPrefix = "history:";

    public static string Partition(TenantId tenant, ModelName name) => $"{tenant}:model:{name}";

    /// <summary>Where a tenant's models are listed by name.</summary>
    public static string Index(TenantId tenant) => $"{tenant}:models";

    public static string Alias(AliasName alias) => AliasPrefix + alias.Value;

    public static string Version(int number) =>
        VersionPrefix + (int.MaxValue - number).ToString("D10", CultureInfo.InvariantCulture);

    public static string History(long sequence) =>
        HistoryPrefix + (long.MaxValue - sequence).ToString("D19", CultureInfo.InvariantCulture);

    public static string Registration(string idempotencyKey) =>
        "registration:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)));

    /// <summary>Every assignment an alias ever had, newest first.</summary>
    public static string AssignmentPrefix(AliasName alias) => $"assignment:{alias}:";

    /// <summary>Sorts before the assignments made at or before <paramref name="at"/> and after all later ones.</summary>
    public static string AssignmentsUntil(AliasName alias, DateTimeOffset at) =>
        AssignmentPrefix(alias) + (DateTimeOffset.MaxValue.UtcTicks - at.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    public static string Assignment(AliasName alias, DateTimeOffset at, long sequence) =>
        $"{AssignmentsUntil(alias, at)}:{long.MaxValue - sequence:D19}";
}

/// <summary>What every change of a model replaces, so that changes happen one after the other.</summary>
/// <param name="Staging">The versions in that stage.</param>
/// <param name="Production">The versions in that stage.</param>
internal sealed record ModelHead(
    int LastVersion, long LastSequence, DateTimeOffset ChangedAt, IReadOnlyList<int> Staging, IReadOnlyList<int> Production)
{
    public static ModelHead New(DateTimeOffset now) => new(0, 1, now, [], []);

    public IReadOnlyList<int> In(Stage stage) => stage switch
    {
        Stage.Staging => Staging,
        Stage.Production => Production,
        _ => [],
    };

    public ModelHead WithStage(int number, Stage stage) => this with
    {
        Staging = Moved(Staging, number, stage is Stage.Staging),
        Production = Moved(Production, number, stage is Stage.Production),
    };

    private static IReadOnlyList<int> Moved(IReadOnlyList<int> numbers, int number, bool isMember) =>
        isMember ? [.. numbers.Where(other => other != number), number] : [.. numbers.Where(other => other != number)];
}

/// <summary>Where an alias stood from an instant on; no version if it was removed.</summary>
internal sealed record AssignmentRow(DateTimeOffset Since, string By, int? Version = null);

internal sealed record RegistrationRow(int Version, string? Fingerprint = null);
