using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Tracking;

public sealed class ArtifactStoreTests : IDisposable
{
    private static readonly TenantId Tenant = TrackingFixture.Tenant;
    private readonly TrackingFixture _tracking = new();

    public void Dispose() => _tracking.Dispose();

    [Theory]
    [InlineData("model/model.onnx")]
    [InlineData("plots/confusion matrix (test).png")]
    [InlineData("größe = 50%~#?.txt")]
    [InlineData(" a /.gitignore")]
    [InlineData("...")]
    [InlineData("=41")]
    public async Task An_artifact_is_read_as_it_was_put_and_listed_under_its_own_name(string path)
    {
        var run = await _tracking.StartRunAsync();

        await PutAsync(run, path, "content");

        Assert.Equal("content", await ReadAsync(run, path));
        var folder = Path.GetDirectoryName(path) is { Length: > 0 } directory ? ArtifactPath.Parse(directory) : null;
        var listed = await _tracking.Artifacts.ListAsync(Tenant, run.Id, folder, default);
        Assert.Equal([new ArtifactInfo(path, IsDirectory: false, 7)], listed);
    }

    [Fact]
    public async Task A_listing_has_the_files_and_folders_that_lie_directly_there()
    {
        var run = await _tracking.StartRunAsync();
        foreach (var path in (string[])["a.txt", "model/MLmodel", "model/data/x.bin", "model/data/y.bin", "model.txt"])
        {
            await PutAsync(run, path, path);
        }

        Assert.Equal(
            [new("a.txt", false, 5), new("model.txt", false, 9), new ArtifactInfo("model", true, null)],
            await _tracking.Artifacts.ListAsync(Tenant, run.Id, null, default));
        Assert.Equal(
            [new("model/MLmodel", false, 13), new ArtifactInfo("model/data", true, null)],
            await _tracking.Artifacts.ListAsync(Tenant, run.Id, ArtifactPath.Parse("model"), default));
    }

    [Fact]
    public async Task Putting_again_replaces()
    {
        var run = await _tracking.StartRunAsync();
        await PutAsync(run, "a", "one");
        await PutAsync(run, "a", "two");

        Assert.Equal("two", await ReadAsync(run, "a"));
    }

    [Fact]
    public async Task A_run_has_its_own_artifacts_and_no_run_has_none()
    {
        var (one, other) = (await _tracking.StartRunAsync(), await _tracking.StartRunAsync());
        await PutAsync(one, "a", "one");

        Assert.Null(await _tracking.Artifacts.OpenReadAsync(Tenant, other.Id, ArtifactPath.Parse("a"), default));
        Assert.Equal([], await _tracking.Artifacts.ListAsync(Tenant, other.Id, null, default));
        Assert.Null(await _tracking.Artifacts.PutAsync(Tenant, "nope", ArtifactPath.Parse("a"), new MemoryStream(), default));
        Assert.Null(await _tracking.Artifacts.ListAsync(Tenant, "nope", null, default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("./a")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\ud800")]
    public void What_leads_elsewhere_or_is_no_text_is_no_path(string path) => Assert.False(ArtifactPath.TryParse(path, null, out _));

    [Fact]
    public void Every_path_has_a_blob_path_of_its_own() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyString>(),
        text => !ArtifactPath.TryParse(text.Get, null, out var path) || ArtifactPath.FromBlob(path.Blob) == text.Get)
        .QuickCheckThrowOnFailure();

    private async Task PutAsync(Run run, string path, string content) => Assert.NotNull(await _tracking.Artifacts.PutAsync(
        Tenant, run.Id, ArtifactPath.Parse(path), new MemoryStream(Encoding.UTF8.GetBytes(content)), default));

    private async Task<string> ReadAsync(Run run, string path)
    {
        await using var stream = await _tracking.Artifacts.OpenReadAsync(Tenant, run.Id, ArtifactPath.Parse(path), default);
        Assert.NotNull(stream);
        return await new StreamReader(stream).ReadToEndAsync();
    }
}
