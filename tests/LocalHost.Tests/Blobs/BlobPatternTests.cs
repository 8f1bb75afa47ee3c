namespace Mlops.LocalHost.Blobs;

public sealed class BlobPatternTests
{
    [Theory]
    [InlineData("uploads/{dataset}/{file}", "wine/a.csv", "dataset=wine file=a.csv")]
    [InlineData("uploads/{dataset}/{file}", "wine/2026/a.csv", "dataset=wine/2026 file=a.csv")]
    [InlineData("uploads/{name}.csv", "wine.v2.csv", "name=wine.v2")]
    [InlineData("uploads/{name}.csv", "deep/er.csv", "name=deep/er")]
    [InlineData("uploads/in-(1)/{name}", "in-(1)/b", "name=b")]
    [InlineData("uploads/fixed.txt", "fixed.txt", "")]
    public void Names_stand_for_what_the_path_has_in_their_place(string pattern, string path, string expected)
    {
        var tokens = Parse(pattern).Match(path);

        Assert.Equal(expected, string.Join(' ', (tokens ?? throw new FormatException(path)).Select(token => $"{token.Key}={token.Value}")));
    }

    [Theory]
    [InlineData("uploads/{dataset}/{file}", "a.csv")]
    [InlineData("uploads/{dataset}/{file}", "wine/")]
    [InlineData("uploads/{name}.csv", "wine.tsv")]
    [InlineData("uploads/{name}.csv", ".csv")]
    [InlineData("uploads/a.c", "abc")]
    public void A_path_that_does_not_fit_has_no_names(string pattern, string path) => Assert.Null(Parse(pattern).Match(path));

    [Theory]
    [InlineData("uploads")]
    [InlineData("uploads/")]
    [InlineData("/a")]
    [InlineData("UPLOADS/{a}")]
    [InlineData("../{a}")]
    [InlineData("up--loads/{a}")]
    [InlineData("uploads/{a}/{A}")]
    [InlineData("uploads/{a")]
    [InlineData("uploads/{a b}")]
    public void What_is_no_container_and_pattern_is_refused(string path) => Assert.False(BlobPattern.TryParse(path, out _));

    private static BlobPattern Parse(string path) =>
        BlobPattern.TryParse(path, out var pattern) ? pattern : throw new FormatException(path);
}
