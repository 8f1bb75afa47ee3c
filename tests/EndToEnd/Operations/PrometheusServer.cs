using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd.Operations;

/// <summary>A real Prometheus in a process of its own that scrapes one host ten times a second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Process _process;
    private readonly HttpClient _client;

    public PrometheusServer(Uri scraped)
    {
        var configuration = Path.Combine(_folder.Path, "prometheus.yml");
        File.WriteAllText(configuration, $$"""
            global: { scrape_interval: 100ms, scrape_timeout: 100ms }
            scrape_configs: [ { job_name: mlops, static_configs: [ { targets: [ "{{scraped.Authority}}" ] } ] } ]
            """);
        var port = FreePort();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        _process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={configuration}",
            $"--storage.tsdb.path={Path.Combine(_folder.Path, "data")}",
            $"--web.listen-address=127.0.0.1:{port}",
            "--log.level=error",
        ])) ?? throw new InvalidOperationException("prometheus did not start.");
    }

    /// <summary>The series that an expression gives, once it gives any: labels and value.</summary>
    public async Task<IReadOnlyList<(JsonObject Labels, double Value)>> QueryAsync(string expression)
    {
        List<(JsonObject, double)> found = [];
        await Eventually.TrueAsync(async () =>
        {
            Assert.False(_process.HasExited, "Prometheus ended by itself.");
            found = await AskAsync(expression);
            return found.Count > 0;
        });
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    private async Task<List<(JsonObject, double)>> AskAsync(string expression)
    {
        try
        {
            using var answer = await _client.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
            if (answer.StatusCode is HttpStatusCode.ServiceUnavailable)
            {
                return [];
            }

            var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
            Assert.Equal("success", body?["status"]?.GetValue<string>());
            return
            [
                .. from series in body!["data"]!["result"]!.AsArray()
                   select (series["metric"]!.AsObject(), double.Parse(
                       series["value"]![1]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture)),
            ];
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return [];
        }
    }

    /// <remarks>Prometheus does not tell which port it took if it may choose.</remarks>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
