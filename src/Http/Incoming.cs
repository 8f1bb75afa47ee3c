using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Mlops.Storage;

namespace Mlops.Http;

/// <summary>Turns what a caller sent into typed values, or says what is wrong with it. Nothing behind a function class re-checks.</summary>
public static class Incoming
{
    /// <summary>The most that a JSON body may have unless a function says otherwise.</summary>
    public const int MaxJsonBytes = 1024 * 1024;

    private const int SmallestBlock = 64 * 1024;

    /// <summary>As stored documents, but strict: an unknown or repeated field is an error, a number is not a string.</summary>
    private static readonly JsonSerializerOptions Strict = new(Documents.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = 32,
    };

    /// <summary>The value of a route or query parameter.</summary>
    /// <exception cref="ProblemException">400, naming <paramref name="field"/>.</exception>
    public static T Value<T>(string? text, string field, string expected)
        where T : IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError(field, $"expected {expected}, found '{Shortened(text)}'"));

    /// <summary>The JSON body as a <typeparamref name="T"/>.</summary>
    /// <exception cref="ProblemException">415 for another content type, 413 for too long a body, 400 naming the field that is
    /// wrong.</exception>
    public static async Task<T> BodyAsync<T>(HttpRequest request, CancellationToken cancellationToken, int maxBytes = MaxJsonBytes)
        where T : class
    {
        var body = await JsonBytesAsync(request, maxBytes, cancellationToken);
        return Parse<T>(body, "body");
    }

    /// <summary>A part of a multipart body, which is JSON, as a <typeparamref name="T"/>.</summary>
    /// <param name="part">Its name, which a fault of the part as a whole carries.</param>
    /// <exception cref="ProblemException">400 naming the field that is wrong.</exception>
    public static T Part<T>(ReadOnlyMemory<byte> json, string part)
        where T : class => Utf8.IsValid(json.Span)
            ? Parse<T>(json, part)
            : throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError(part, "is not UTF-8"));

    /// <summary>Lifts the server's own bound on bodies, which is for documents: whoever reads this one counts its bytes.</summary>
    public static void AllowLongBody(HttpRequest request)
    {
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }
    }

    /// <summary>All of a stream, in an array of its length; memory is twice that for a moment.</summary>
    /// <param name="field">What it is called when it is too long.</param>
    /// <exception cref="ProblemException">413: it is longer than <paramref name="maxBytes"/>.</exception>
    public static async Task<byte[]> AllAsync(Stream stream, long maxBytes, string field, CancellationToken cancellationToken)
    {
        var (blocks, length) = (new List<ReadOnlyMemory<byte>>(), 0L);
        while (true)
        {
            // Blocks grow, so that small bodies cost little and large ones not many.
            var block = new byte[Math.Min(SmallestBlock << Math.Min(blocks.Count, 6), maxBytes - length + 1)];
            var read = await stream.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken);
            length += read;
            if (length > maxBytes)
            {
                throw new ProblemException(
                    StatusCodes.Status413PayloadTooLarge, new FieldError(field, $"expected at most {maxBytes} bytes"));
            }

            blocks.Add(block.AsMemory(0, read));
            if (read < block.Length)
            {
                break;
            }
        }

        var (all, at) = (new byte[length], 0);
        foreach (var block in blocks)
        {
            block.CopyTo(all.AsMemory(at));
            at += block.Length;
        }

        return all;
    }

    private static T Parse<T>(ReadOnlyMemory<byte> json, string whole)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, Strict)
                ?? throw new ProblemException(
                    StatusCodes.Status400BadRequest, new FieldError(whole, "expected a JSON object, found null"));
        }
        catch (JsonException fault)
        {
            var errors = JsonFault.Describe(fault, typeof(T), Strict, whole);
            throw new ProblemException(
                StatusCodes.Status400BadRequest, $"The {whole} is not what was expected. See errors.", errors, fault);
        }
    }

    /// <summary>The whole body, which says that it is JSON.</summary>
    /// <exception cref="ProblemException">415 for another content type, 413: it is longer than <paramref name="maxBytes"/>, 400: it is
    /// not UTF-8.</exception>
    public static async Task<ReadOnlyMemory<byte>> JsonBytesAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType,
                new FieldError("Content-Type", $"expected application/json, found '{Shortened(request.ContentType)}'"));
        }

        var body = await BytesAsync(request, maxBytes, cancellationToken);
        return Utf8.IsValid(body.Span)
            ? body
            : throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError("body", "is not UTF-8"));
    }

    /// <summary>The whole body, at most <paramref name="maxBytes"/> long.</summary>
    /// <exception cref="ProblemException">413: it is longer.</exception>
    public static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            throw TooLong(maxBytes);
        }

        using var body = new MemoryStream((int)(request.ContentLength ?? 4_096));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > maxBytes)
            {
                throw TooLong(maxBytes);
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static ProblemException TooLong(int maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, new FieldError("body", $"expected at most {maxBytes} bytes"));

    private static string Shortened(string? text) => text is null ? "" : text.Length <= 80 ? text : text[..80] + "…";
}
