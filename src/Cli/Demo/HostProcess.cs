using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mlops.Cli.Demo;

/// <summary>A LocalHost of our own, on a free port with a data folder of its own, ended with us.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _log;

    private HostProcess(Process process, Uri address, string log) => (_process, Address, _log) = (process, address, log);

    public Uri Address { get; }

    /// <summary>Starts the host and waits until it says that it is ready.</summary>
    /// <exception cref="CheckFailedException">It ended, or did not get ready in a minute; the message has the end of its log.</exception>
    public static async Task<HostProcess> StartAsync(string hostDll, string dataFolder, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        Directory.CreateDirectory(dataFolder);
        var log = Path.Combine(dataFolder, "host.log");
        var start = new ProcessStartInfo("dotnet", [hostDll, "--urls", address.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MLOPS_DATA"] = Path.Combine(dataFolder, "store");
        var process = Process.Start(start) ?? throw new CheckFailedException("The host did not start.");
        var host = new HostProcess(process, address, log);
        host.CopyOutput();
        await host.WaitUntilReadyAsync(cancellationToken);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void CopyOutput()
    {
        var writer = TextWriter.Synchronized(new StreamWriter(_log, append: false) { AutoFlush = true });
        _process.OutputDataReceived += (_, line) => writer.WriteLine(line.Data);
        _process.ErrorDataReceived += (_, line) => writer.WriteLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!_process.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative), limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (HttpRequestException)
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CheckFailedException($"The host was not ready after {StartLimit.TotalSeconds:0} s.{LogEnd()}");
            }
        }

        throw new CheckFailedException($"The host ended with code {_process.ExitCode}.{LogEnd()}");
    }

    private string LogEnd()
    {
        using var reader = new StreamReader(new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return Environment.NewLine + string.Join(Environment.NewLine, reader.ReadToEnd().Split('\n').TakeLast(15));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
