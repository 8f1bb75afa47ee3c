namespace Mlops.StandIns;

public sealed class SurfaceTests
{
    public static TheoryData<string> StandIns =>
        [.. StandInAssemblies.Names.Where(name => StandInAssemblies.FindListing(name) is not null)];

    [ListingTheory]
    [MemberData(nameof(StandIns))]
    public void A_stand_in_has_nothing_that_the_official_package_lacks(string name)
    {
        var listing = StandInAssemblies.FindListing(name) ?? throw new InvalidOperationException($"{name} has no listing.");
        var official = Listing.Parse(File.ReadLines(listing));

        var types = StandInAssemblies.Load(name).GetTypes();

        var differences = SurfaceComparison.Differences(types, official);

        Assert.NotEmpty(Surface.Of(types));
        Assert.True(differences.Count is 0, string.Join(Environment.NewLine, differences));
    }

    [ListingFact]
    public void Only_build_packages_have_no_listing() => Assert.Equal(
        ["Microsoft.Azure.Functions.Worker.Sdk"],
        StandInAssemblies.Names.Where(name => StandInAssemblies.FindListing(name) is null));

    [ListingFact]
    public void Every_line_of_every_listing_is_understood() => Assert.All(
        Directory.GetFiles(StandInAssemblies.ListingFolder ?? ""),
        file => Assert.All(Listing.Parse(File.ReadLines(file)).Values, entry => Assert.NotEmpty(entry.Id)));
}

/// <summary>Applies only where the listings are; elsewhere it reports itself as skipped.</summary>
internal sealed class ListingFactAttribute : FactAttribute
{
    public ListingFactAttribute() => Skip = StandInAssemblies.ListingFolder is null ? ListingTheoryAttribute.Reason : null;
}

internal sealed class ListingTheoryAttribute : TheoryAttribute
{
    public const string Reason = "Not applicable here: there is no shared/api-surface beside the repository.";

    public ListingTheoryAttribute() => Skip = StandInAssemblies.ListingFolder is null ? Reason : null;
}
