using System.Diagnostics;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.Api.Serving;

/// <summary>Log entries as JSON lines, written as they are read.</summary>
/// <param name="arm">The only arm that is wanted; null for all.</param>
/// <param name="withGaps">Whether gaps get lines of their own.</param>
internal sealed class PredictionDownload(IAsyncEnumerable<LogEntry> entries, string? arm, bool withGaps) : IResult
{
    private const int FlushBytes = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/x-ndjson";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!AcceptsGzip(httpContext.Request))
        {
            await WriteAsync(response.Body, httpContext.RequestAborted);
            return;
        }

        response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await WriteAsync(gzip, httpContext.RequestAborted);
    }

    private async Task WriteAsync(Stream body, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        await foreach (var entry in entries.WithCancellation(cancellationToken))
        {
            if (IsWanted(entry))
            {
                lines.Write(Line(entry).Span);
                lines.WriteByte((byte)'\n');
            }

            if (lines.Length >= FlushBytes)
            {
                await SendAsync(lines, body, cancellationToken);
            }
        }

        await SendAsync(lines, body, cancellationToken);
    }

    private static async Task SendAsync(MemoryStream lines, Stream body, CancellationToken cancellationToken)
    {
        await body.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellationToken);
        lines.SetLength(0);
    }

    private bool IsWanted(LogEntry entry) => entry is LogEntry.Record record ? arm is null || record.Head.Arm == arm : withGaps;

    private static ReadOnlyMemory<byte> Line(LogEntry entry) => entry switch
    {
        LogEntry.Record record => record.Json,
        LogEntry.Missing missing => Documents.Write(missing),
        _ => throw new UnreachableException(),
    };

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is not 0);
}
