using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mlops.Cli;

/// <summary>The platform's HTTP API as these commands use it: what any client would send.</summary>
internal sealed class PlatformClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };

    public async Task<JsonNode> UploadAsync(string dataset, string csvPath, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(csvPath);
        using var content = new StreamContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var answer = await _http.PostAsync(
            new Uri($"/api/v1/datasets/{dataset}/versions", UriKind.Relative), content, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var answer = await TrySendAsync(method, path, body, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task<HttpResponseMessage> TrySendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        }

        return await _http.SendAsync(request, cancellationToken);
    }

    /// <summary>The states of a training as they come, until it has ended.</summary>
    public async IAsyncEnumerable<JsonNode> FollowAsync(
        string training, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await _http.GetStreamAsync(
            new Uri($"/api/v1/training/{training}/events", UriKind.Relative), cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            yield return JsonNode.Parse(item.Data)!;
        }
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text) ?? throw new CheckFailedException($"{answer.RequestMessage?.RequestUri} answered nothing.")
            : throw new CheckFailedException(string.Create(
                CultureInfo.InvariantCulture,
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: {text}"));
    }
}
