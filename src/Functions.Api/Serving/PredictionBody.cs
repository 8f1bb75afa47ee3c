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

    /// <exception cref="ProblemException">415 if it is not JSON, 413 if it is too long.</exception>
    public static async Task<PredictionBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType, new FieldError("Content-Type", "expected application/json"));
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

    private async Task FillAsync(Stream body, CancellationToken cancellationToken)
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

    private static ProblemException TooLong() => new(
        StatusCodes.Status413PayloadTooLarge, new FieldError("body", $"expected at most {MaxBytes} bytes"));
}
