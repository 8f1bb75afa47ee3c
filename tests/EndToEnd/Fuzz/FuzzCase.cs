using System.Text;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd.Fuzz;

/// <summary>What a case does wrong, which says what its answer must have.</summary>
internal enum Wrong
{
    /// <summary>The path: it may match another route or none.</summary>
    Path,

    /// <summary>The method: nothing answers it here.</summary>
    Method,

    /// <summary>Something that an answer of 400, 413 or 415 must name.</summary>
    Field,

    /// <summary>Nothing that must matter.</summary>
    Nothing,
}

/// <summary>One request to send, as bytes as far as a client allows.</summary>
/// <param name="Operation">What it is a deformed request of.</param>
/// <param name="Target">Path and query, sent as they are.</param>
/// <param name="Body">Null for none.</param>
internal sealed record FuzzCase(
    ApiOperation Operation, Wrong Wrong, string Method, string Target, byte[]? Body = null, string? MediaType = null)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Whether the body is sent in chunks, without its length.</summary>
    public bool IsChunked { get; init; }

    public HttpRequestMessage ToRequest(Uri host)
    {
        var target = new Uri(host.GetLeftPart(UriPartial.Authority) + Target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(Method), target);
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            if (MediaType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", MediaType);
            }

            request.Headers.TransferEncodingChunked = IsChunked;
        }

        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    public override string ToString()
    {
        var body = Body is null ? "" : $" {MediaType} {Encoding.Latin1.GetString(Body, 0, Math.Min(Body.Length, 300))}";
        var headers = string.Concat(Headers.Select(header => $" {header.Name}: {header.Value[..Math.Min(header.Value.Length, 60)]}"));
        return $"[{Operation.Id}] {Method} {Target[..Math.Min(Target.Length, 200)]}{headers}{body}";
    }
}
