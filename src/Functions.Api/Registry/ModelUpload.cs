using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Mlops.Http;

namespace Mlops.Api.Registry;

/// <summary>A model file as it came.</summary>
/// <param name="Spec">The JSON document that came with it; null if none did.</param>
internal sealed record ModelUpload(byte[] Onnx, ReadOnlyMemory<byte>? Spec)
{
    private const string ModelPart = "model";
    private const string SpecPart = "spec";
    private const int MaxBoundary = 70;

    /// <summary>Reads a body that is the model, or a form with the parts <c>model</c> and <c>spec</c>, in either order.</summary>
    /// <exception cref="ProblemException">415 for another content type, 413 for too long a model, 400 for a form that is not well-formed
    /// or has other parts.</exception>
    public static async Task<ModelUpload> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
        {
            throw UnknownType(request);
        }

        Incoming.AllowLongBody(request);
        switch (type.MediaType.Value?.ToLowerInvariant())
        {
            case "application/octet-stream":
                return request.ContentLength > maxBytes
                    ? throw TooLong("body", maxBytes)
                    : new ModelUpload(await Incoming.AllAsync(request.Body, maxBytes, "body", cancellationToken), null);
            case "multipart/form-data":
                return await ReadFormAsync(request.Body, Boundary(type), maxBytes, cancellationToken);
            default:
                throw UnknownType(request);
        }
    }

    private static async Task<ModelUpload> ReadFormAsync(Stream body, string boundary, long maxBytes, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            var reader = new MultipartReader(boundary, body);
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                var name = NameOf(section);
                if (parts.ContainsKey(name))
                {
                    throw new ProblemException(StatusCodes.Status400BadRequest, new FieldError(name, "is there more than once"));
                }

                var most = name is ModelPart ? maxBytes : Incoming.MaxJsonBytes;
                parts.Add(name, await Incoming.AllAsync(section.Body, most, name, cancellationToken));
            }
        }
        catch (Exception malformed) when (malformed is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new ProblemException(
                StatusCodes.Status400BadRequest,
                new FieldError("body", "is not a well-formed form: it must end with its boundary, and parts have few and short headers"),
                malformed);
        }

        return parts.TryGetValue(ModelPart, out var onnx)
            ? new ModelUpload(onnx, parts.TryGetValue(SpecPart, out var spec) ? spec : null)
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError(ModelPart, "is required: the part with the ONNX file"));
    }

    private static string NameOf(MultipartSection section)
    {
        var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).Value
            : null;
        if (name is ModelPart or SpecPart)
        {
            return name;
        }

        var found = name is null ? "one without a name" : $"'{Shortened(name)}'";
        throw new ProblemException(
            StatusCodes.Status400BadRequest, new FieldError("body", $"expected parts named {ModelPart} and {SpecPart}, found {found}"));
    }

    private static string Boundary(MediaTypeHeaderValue type) =>
        HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundary } boundary
            ? boundary
            : throw new ProblemException(
                StatusCodes.Status400BadRequest, new FieldError("Content-Type", $"expected a boundary of 1 to {MaxBoundary} characters"));

    private static ProblemException UnknownType(HttpRequest request) => new(
        StatusCodes.Status415UnsupportedMediaType,
        new FieldError(
            "Content-Type", $"expected multipart/form-data or application/octet-stream, found '{Shortened(request.ContentType ?? "")}'"));

    private static ProblemException TooLong(string field, long maxBytes) => new(
        StatusCodes.Status413PayloadTooLarge, new FieldError(field, $"expected at most {maxBytes} bytes"));

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
