using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Mlops.LocalHost.Hosting;

/// <summary>The host as its own process.</summary>
public sealed class HostStartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task An_address_that_others_can_reach_ends_the_start_with_code_2_and_the_reason()
    {
        var (exitCode, _, error) = await RunAsync("--urls", "http://0.0.0.0:0");

        Assert.Equal(2, exitCode);
        Assert.Contains("no authentication yet", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_that_is_no_json_ends_the_start_with_code_2_and_its_name()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "local.settings.json"), "{ \"Values\": ");

        var (exitCode, _, error) = await RunAsync("--urls", "http://127.0.0.1:0");

        Assert.Equal(2, exitCode);
        Assert.Contains("local.settings.json is not a settings file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_another_host_holds_ends_the_start_with_code_2_and_that_hosts_process()
    {
        using var held = Assert.IsType<DataFolderOutcome.Taken>(DataFolder.Take(Path.Combine(_folder.Path, "data"))).Folder;

        var (exitCode, _, error) = await RunAsync("--urls", "http://127.0.0.1:0", "--data", held.Path);

        Assert.Equal(2, exitCode);
        Assert.Contains($"in use by another host (process {Environment.ProcessId})", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_host_serves_both_apps_until_it_is_told_to_stop_and_ends_with_code_0()
    {
        using var process = Start("--urls", "http://127.0.0.1:0");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var line = await process.StandardOutput.ReadLineAsync(deadline.Token) ?? await process.StandardError.ReadToEndAsync(deadline.Token);
        var ready = JsonDocument.Parse(line).RootElement;
        using var client = new HttpClient { BaseAddress = new Uri(ready.GetProperty("fields").GetProperty("Urls").GetString() ?? "") };

        Assert.Contains("\"ok\"", await client.GetStringAsync("readyz", deadline.Token), StringComparison.Ordinal);
        Assert.Equal(process.Id.ToString(CultureInfo.InvariantCulture), File.ReadAllText(Path.Combine(_folder.Path, ".mlops", "host.pid")));

        using (var stop = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await process.WaitForExitAsync(deadline.Token);
        }

        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void A_folder_is_free_again_once_its_host_has_ended()
    {
        Assert.IsType<DataFolderOutcome.Taken>(DataFolder.Take(_folder.Path)).Folder.Dispose();

        using var again = Assert.IsType<DataFolderOutcome.Taken>(DataFolder.Take(_folder.Path)).Folder;

        Assert.Equal(_folder.Path, again.Path);
    }

    [Fact]
    public void The_command_line_wins_over_the_settings_file()
    {
        var file = Path.Combine(_folder.Path, "local.settings.json");
        File.WriteAllText(file, """
            {
              "IsEncrypted": false, // as the tools allow
              "Values": { "MLOPS_URLS": "http://127.0.0.1:1", "Logging__LogLevel__Default": "Debug", "Flag": true, },
            }
            """);
        var builder = new ConfigurationBuilder();

        HostConfiguration.Add(builder, ["--urls", "http://127.0.0.1:2", "--Other", "x"], file);

        var settings = builder.Build();
        Assert.Equal("http://127.0.0.1:2", settings.Urls());
        Assert.Equal("Debug", settings["Logging:LogLevel:Default"]);
        Assert.Equal("True", settings["Flag"]);
        Assert.Equal("x", settings["Other"]);
        Assert.Equal(".mlops", settings.DataFolder());
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Mlops.LocalHost.dll"), .. arguments])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }
}
