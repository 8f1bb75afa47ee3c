using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd.V2;

/// <summary>What the Open Inference Protocol was answered with: JSON, and what is behind it.</summary>
internal sealed record V2Reply(int Status, JsonNode Json, byte[] Binary)
{
    public string Error => Json["error"]?.GetValue<string>() ?? throw new InvalidOperationException($"It is no error: {Json}");

    public JsonNode Output => Json["outputs"]?[0] ?? throw new InvalidOperationException($"It has no output: {Json}");
}

/// <summary>A client of the protocol that knows only the protocol; and how models get there.</summary>
internal sealed class V2Client(HttpClient http)
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    /// <returns>The status; 201 if it is a version now.</returns>
    public async Task<int> RegisterAsync(string model, byte[] onnx)
    {
        using var content = new ByteArrayContent(onnx);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await http.PostAsync($"/api/v1/models/{model}/versions", content);
        return (int)response.StatusCode;
    }

    public async Task ServeAsync(string endpoint, string model)
    {
        using var created = await http.PostAsJsonAsync("/api/v1/endpoints", new { name = endpoint, model, version = 1 });
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
    }

    public async Task RemoveAsync(string endpoint)
    {
        using var removed = await http.DeleteAsync($"/api/v1/endpoints/{endpoint}");
        Assert.True(removed.IsSuccessStatusCode);
    }

    public Task<V2Reply> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/v2{path}"));

    /// <param name="headerLength">Said in the place of the JSON's length; 0: it is not said.</param>
    public Task<V2Reply> PostAsync(
        string path, string json = "", byte[]? binary = null, int? headerLength = null, string? contentType = "application/json", string? timeout = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v2{path}") { Content = new ByteArrayContent([.. header, .. binary ?? []]) };
        request.Content.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType);
        if (binary is not null && headerLength is not 0)
        {
            request.Headers.Add(HeaderLength, (headerLength ?? header.Length).ToString(CultureInfo.InvariantCulture));
        }

        if (timeout is not null)
        {
            request.Headers.Add("x-request-timeout-ms", timeout);
        }

        return SendAsync(request);
    }

    private async Task<V2Reply> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await http.SendAsync(request))
        {
            var body = await response.Content.ReadAsByteArrayAsync();
            var hasBinary = response.Headers.TryGetValues(HeaderLength, out var said);
            var length = hasBinary ? int.Parse(said!.Single(), CultureInfo.InvariantCulture) : body.Length;
            Assert.Equal(hasBinary ? "application/octet-stream" : "application/json", response.Content.Headers.ContentType?.MediaType);
            var json = JsonNode.Parse(body.AsSpan(0, length)) ?? throw new InvalidDataException("The answer is null.");
            return new V2Reply((int)response.StatusCode, json, body[length..]);
        }
    }
}
