using System.Diagnostics;

namespace Mlops.StandIns;

public sealed class PublishTests
{
    [Theory]
    [InlineData("Functions.Api")]
    [InlineData("Functions.Pipelines")]
    [InlineData("LocalHost")]
    public async Task Nothing_with_a_stand_in_in_its_closure_is_published(string project)
    {
        var (exitCode, output) = await PublishGuardAsync(project);

        Assert.NotEqual(0, exitCode);
        Assert.Contains("error STANDIN", output, StringComparison.Ordinal);
        Assert.Contains("Microsoft.Azure.Functions.Worker.Core", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_uses_no_stand_in_may_be_published()
    {
        var (exitCode, output) = await PublishGuardAsync("Core");

        Assert.True(exitCode is 0, output);
    }

    private static async Task<(int ExitCode, string Output)> PublishGuardAsync(string project)
    {
        // Its own output folder, so that the restore does not disturb the build that is being tested.
        var artifacts = Path.Combine(Path.GetTempPath(), $"mlops-publish-{Environment.ProcessId}-{project}");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "msbuild", Path.Combine(StandInAssemblies.RepositoryRoot, "src", project, project + ".csproj"),
                "-restore", "-t:RefuseStandIns", "-p:UseStandIns=true", $"-p:ArtifactsPath={artifacts}", "-nologo", "-v:q",
            },
            RedirectStandardOutput = true,
        };
        try
        {
            using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
            using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            var output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, output);
        }
        finally
        {
            Directory.Delete(artifacts, recursive: true);
        }
    }
}
