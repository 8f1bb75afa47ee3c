using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mlops.Cli;

/// <summary>The platform's HTTP API as these commands use it: what any client would send.</summary>
/// <param name="address">Of the platform.</param>
/// <param name="key">The function key, where the platform asks for one.</param>
internal sealed class PlatformClient(Uri address, string? key = null) : IDisposable
{
    /// <summary>How often a broken stream of events is taken up again before that is a failure.</summary>
    private const int MaxReconnects = 20;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = Connect(address, key);

    public Uri Address => address;

    public async Task<JsonNode> UploadAsync(string dataset, string csvPath, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(csvPath);
        using var content = new StreamContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using var answer = await _http.PostAsync(
            Relative($"/api/v1/datasets/{Uri.EscapeDataString(dataset)}/versions"), content, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    /// <summary>Hands an ONNX file in, with what is said of it.</summary>
    /// <param name="idempotencyKey">Null: each time it is sent makes a version.</param>
    public async Task<JsonNode> RegisterAsync(
        string model, string onnxPath, JsonObject spec, string? idempotencyKey, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(onnxPath);
        using var form = new MultipartFormDataContent
        {
            { JsonContent.Create(spec), "spec" },
            { new StreamContent(file), "model", "model.onnx" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, Relative($"/api/v1/models/{Uri.EscapeDataString(model)}/versions"))
        {
            Content = form,
        };
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        using var answer = await _http.SendAsync(request, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <exception cref="RequestRefusedException">The platform says no, and why.</exception>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var answer = await TrySendAsync(method, path, body, cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    public async Task<HttpResponseMessage> TrySendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, Relative(path));
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            _ => JsonContent.Create(body, options: JsonSerializerOptions.Web),
        };
        return await _http.SendAsync(request, cancellationToken);
    }

    /// <summary>A file or a page as it is.</summary>
    public async Task<byte[]> DownloadAsync(string path, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative(path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        using var answer = await _http.SendAsync(request, cancellationToken);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw await RequestRefusedException.ReadAsync(answer, cancellationToken);
    }

    /// <summary>The states of a training as they come, until it has ended; goes on when the platform was away for a while.</summary>
    public async IAsyncEnumerable<JsonNode> FollowAsync(
        string training, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            var states = EventsAsync(training, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (states.ConfigureAwait(false))
            {
                while (await TryNextAsync(states) is { } more)
                {
                    if (!more)
                    {
                        yield break;
                    }

                    failures = 0;
                    yield return states.Current;
                }
            }

            if (++failures > MaxReconnects)
            {
                throw new CheckFailedException($"{address} stopped answering while training {training} was followed.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(LongestWait.TotalMilliseconds, 100 << failures)), cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <returns>Whether there is another; null if the connection broke.</returns>
    private static async Task<bool?> TryNextAsync(IAsyncEnumerator<JsonNode> states)
    {
        try
        {
            return await states.MoveNextAsync();
        }
        catch (Exception failure) when (failure is HttpRequestException { StatusCode: null } or IOException)
        {
            return null;
        }
    }

    private static HttpClient Connect(Uri address, string? key)
    {
        var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        if (key is not null)
        {
            http.DefaultRequestHeaders.Add("x-functions-key", key);
        }

        return http;
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        answer.IsSuccessStatusCode
            ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))
                ?? throw new CheckFailedException($"{answer.RequestMessage?.RequestUri} answered nothing.")
            : throw await RequestRefusedException.ReadAsync(answer, cancellationToken);

    private async IAsyncEnumerable<JsonNode> EventsAsync(string training, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative($"/api/v1/training/{Uri.EscapeDataString(training)}/events"));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode is not HttpStatusCode.OK)
        {
            throw await RequestRefusedException.ReadAsync(answer, cancellationToken);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            yield return JsonNode.Parse(item.Data)!;
        }
    }
}
