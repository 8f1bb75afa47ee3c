using System.Diagnostics;

namespace Mlops.Storage;

/// <summary>This assembly run as another process.</summary>
internal static class OtherProcess
{
    public static Process Start(string task, string folder, string name)
    {
        var isHost = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet";
        var start = new ProcessStartInfo(isHost ? Environment.ProcessPath ?? "" : "dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["exec", typeof(OtherProcess).Assembly.Location, task, folder, name])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("The process did not start.");
    }
}
