using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd.Fuzz;

/// <summary>What no HTTP client would send, written to the socket.</summary>
[Collection(SharedPlatform.Name)]
public sealed class RawRequestTests(DocumentedPlatform platform)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private const string Json = "Host: localhost\r\nContent-Type: application/json\r\n";

    private const string Csv = "Host: localhost\r\nContent-Type: text/csv\r\n";

    private const string Chunked = "Transfer-Encoding: chunked\r\n\r\n";

    [Theory]
    [InlineData("nonsense\r\n\r\n", 400)]
    [InlineData("\0\0\0\0\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 405)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n", 403)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400)]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nBad\0Name: 1\r\n\r\n", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", 400)]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + "Content-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400)]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + "Content-Length: 99999999999999999999\r\n\r\n", 400)]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + "Content-Length: 99999999999\r\n\r\n", 413)]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + Chunked + "xyz\r\n", 400)]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + Chunked + "FFFFFFFFFFFFFFFF\r\n", 400)]
    [InlineData("POST /api/v1/endpoints/fruit/predict HTTP/1.1\r\n" + Json + Chunked + "FFFFFFFFFFFFFFFF\r\n", 400)]
    [InlineData("POST /api/v1/datasets/fruit/versions HTTP/1.1\r\n" + Csv + Chunked + "FFFFFFFFFFFFFFFF\r\n", 400)]
    [InlineData("PUT /api/v1/runs/{runId}/artifacts/a HTTP/1.1\r\nHost: localhost\r\n" + Chunked + "FFFFFFFFFFFFFFFF\r\n", 400)]
    [InlineData("POST /api/v1/datasets/fruit/versions HTTP/1.1\r\n" + Csv + Chunked + "5\r\na,b\n1\r\nzz\r\n", 400)]
    [InlineData("POST /api/v1/endpoints/fruit/predict HTTP/1.1\r\n" + Json + Chunked + "3\r\n{\"r\r\nqq\r\n", 400)]
    [InlineData("POST /api/v1/datasets/fruit/versions HTTP/1.1\r\n" + Csv + "Content-Length: 2000000000\r\n\r\na,b\n", 413)]
    [InlineData("PUT /api/v1/runs/{runId}/artifacts/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000000000\r\n\r\na", 413)]
    public async Task It_is_refused_in_time(string request, int status)
    {
        var answer = await SendAsync(Known(request), closesEarly: false);

        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} "), answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/models", "application/json")]
    [InlineData("/api/v1/training", "application/json")]
    [InlineData("/api/v1/datasets/broken/versions", "text/csv")]
    [InlineData("/api/v1/endpoints/fruit/predict", "application/json")]
    public async Task A_body_that_ends_too_early_changes_nothing(string path, string mediaType)
    {
        var answer = await SendAsync(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {mediaType}\r\nContent-Length: 1000\r\n\r\nname,\"a",
            closesEarly: true);

        Assert.True(answer.Length is 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await platform.Host.Client.GetAsync("/api/v1/datasets/broken")).StatusCode);
        Assert.Empty(platform.Host.Errors);
    }

    [Theory]
    [InlineData("POST /api/v1/models HTTP/1.1\r\n" + Json + "Content-Length: 1000\r\n\r\n{")]
    [InlineData("POST /api/v1/endpoints/fruit/predict HTTP/1.1\r\n" + Json + Chunked + "3\r\n{\"r\r\n")]
    [InlineData("POST /api/v1/datasets/broken/versions HTTP/1.1\r\n" + Csv + "Content-Length: 1000\r\n\r\na,b\n1")]
    [InlineData("PUT /api/v1/runs/{runId}/artifacts/broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\na")]
    public async Task A_caller_that_hangs_up_is_no_failure_of_ours(string request)
    {
        using (var socket = new TcpClient { LingerState = new LingerOption(enable: true, seconds: 0) })
        {
            await socket.ConnectAsync(platform.Host.Address.Host, platform.Host.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(Known(request)));
            await Eventually.TrueAsync(() => platform.Host.RequestsUnderWay > 0);
        }

        await Eventually.TrueAsync(() => platform.Host.RequestsUnderWay is 0);
        Assert.Empty(platform.Host.Errors);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await platform.Host.Client.GetAsync("/api/v1/datasets/broken")).StatusCode);
    }

    [Fact]
    public async Task A_request_line_or_header_without_end_is_refused()
    {
        var line = await SendAsync($"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", closesEarly: false);
        var header = await SendAsync($"GET /healthz HTTP/1.1\r\nHost: localhost\r\nLong: {new string('a', 100_000)}\r\n\r\n",
            closesEarly: false);

        Assert.StartsWith("HTTP/1.1 414 ", line, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", header, StringComparison.Ordinal);
    }

    private string Known(string request) => request.Replace(
        "{runId}", platform.ParameterOf(ApiDescription.Operation("GetRun"), "runId"), StringComparison.Ordinal);

    /// <summary>Sends bytes and reads until the server closes or a whole head is there.</summary>
    private async Task<string> SendAsync(string request, bool closesEarly)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var socket = new TcpClient();
        await socket.ConnectAsync(platform.Host.Address.Host, platform.Host.Address.Port, deadline.Token);
        var stream = socket.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), deadline.Token);
            if (closesEarly)
            {
                socket.Client.Shutdown(SocketShutdown.Send);
            }

            var buffer = new byte[4_096];
            int read;
            while ((read = await stream.ReadAsync(buffer, deadline.Token)) > 0)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
                if (answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        catch (IOException) when (!deadline.IsCancellationRequested)
        {
            // The server hung up on us, which is an answer.
        }

        return answer.ToString();
    }
}
