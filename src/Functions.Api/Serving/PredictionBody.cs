using System.Buffers;
using Microsoft.AspNetCore.Http;
using Mlops.Http;

namespace Mlops.Api.Serving;

/// <summary>A request's body in pooled memory.</summary>
internal sealed class PredictionBody : IDisposable
{
    /// <summary>The most that a prediction request may have.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int FirstGuess = 4 * 1024;

    private byte[] _rented;
    private int _length;

    private PredictionBody(int expected) => _rented = ArrayPool<byte>.Shared.Rent(expected);

    public ReadOnlySpan<byte> Bytes => _rented.AsSpan(0, _length);

    /// <summary>The same bytes, valid until disposal.</summary>
    public ReadOnlyMemory<byte> Memory => _rented.AsMemory(0, _length);

    /// <param name="mediaTypes">What is read; parameters like a charset may follow. An empty one: the type need not be said.</param>
    /// <exception cref="ProblemException">415 if it is something else, 413 if it is too long.</exception>
    public static async ValueTask<PredictionBody> ReadAsync(
        HttpRequest request, IReadOnlyList<string> mediaTypes, CancellationToken cancellationToken)
    {
        if (!IsOneOf(request.ContentType, mediaTypes))
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType,
                new FieldError("Content-Type", $"expected {string.Join(" or ", mediaTypes.Where(accepted => accepted.Length > 0))}"));
        }

        if (request.ContentLength > MaxBytes)
        {
            throw TooLong();
        }

        // One byte more than expected, so that the read that finds the end needs no room.
        var body = new PredictionBody((int)(request.ContentLength ?? FirstGuess) + 1);
        var isWhole = false;
        try
        {
            await body.FillAsync(request.Body, cancellationToken);
            isWhole = true;
            return body;
        }
        finally
        {
            if (!isWhole)
            {
                body.Dispose();
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_rented);
        (_rented, _length) = ([], 0);
    }

    private async ValueTask FillAsync(Stream body, CancellationToken cancellationToken)
    {
        int read;
        while ((read = await body.ReadAsync(_rented.AsMemory(_length), cancellationToken)) > 0)
        {
            _length += read;
            if (_length > MaxBytes)
            {
                throw TooLong();
            }

            if (_length == _rented.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(_length * 2);
                Bytes.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_rented);
                _rented = larger;
            }
        }
    }

    private static bool IsOneOf(string? contentType, IReadOnlyList<string> mediaTypes)
    {
        var mediaType = contentType.AsSpan();
        if (mediaType.IndexOf(';') is var end and >= 0)
        {
            mediaType = mediaType[..end];
        }

        mediaType = mediaType.Trim();
        foreach (var accepted in mediaTypes)
        {
            if (mediaType.Equals(accepted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static ProblemException TooLong() => new(
        StatusCodes.Status413PayloadTooLarge, new FieldError("body", $"expected at most {MaxBytes} bytes"));
}
