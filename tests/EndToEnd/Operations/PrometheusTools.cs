using System.Diagnostics;

namespace Mlops.EndToEnd.Operations;

/// <summary>Prometheus and its promtool, as Debian's package <c>prometheus</c> ships them.</summary>
internal static class PrometheusTools
{
    private static readonly Lazy<bool> Found = new(() =>
        Run("promtool", ["--version"], "") is { ExitCode: 0 } && Run("prometheus", ["--version"], "") is { ExitCode: 0 });

    public static bool ArePresent => Found.Value;

    /// <summary>What promtool says; nothing if it has no complaint.</summary>
    public static string Check(string what, string input = "", params string[] files)
    {
        var (code, output) = Run("promtool", ["check", what, .. files], input);
        return code is 0 && what is not "metrics" ? "" : output.Trim();
    }

    private static (int ExitCode, string Output) Run(string program, IReadOnlyList<string> arguments, string input)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }) ?? throw new InvalidOperationException($"{program} did not start.");
            var error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output + error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (-1, missing.Message);
        }
    }
}

/// <summary>A test that needs Prometheus: skipped, and said so, where it is not installed.</summary>
internal sealed class PrometheusFactAttribute : FactAttribute
{
    public PrometheusFactAttribute()
    {
        if (!PrometheusTools.ArePresent)
        {
            Skip = "There is no prometheus and promtool here: apt-get install prometheus";
        }
    }
}
