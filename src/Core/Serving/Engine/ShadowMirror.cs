using System.Buffers;
using System.Threading.Channels;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Gives shadows a copy of requests after they are answered, and compares the answers.</summary>
/// <remarks>The queue is bounded: under load requests are answered and not mirrored. Safe for concurrent use.</remarks>
public sealed class ShadowMirror
{
    private readonly Channel<Mirrored> _queue;
    private readonly ServingMetrics _metrics;

    public ShadowMirror(ServingOptions options, ServingMetrics metrics)
    {
        _queue = Channel.CreateBounded<Mirrored>(new BoundedChannelOptions(options.MaxShadowed) { SingleReader = true });
        _metrics = metrics;
        metrics.ObserveQueue("shadow", () => _queue.Reader.Count);
    }

    /// <summary>Scores what is mirrored until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var mirrored in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            Compare(mirrored);
            ArrayPool<byte>.Shared.Return(mirrored.Body);
            ArrayPool<float>.Shared.Return(mirrored.Scores);
        }
    }

    /// <summary>Copies a request with its answer, if there is room.</summary>
    internal void Offer(EndpointRoute route, Routing routing, in PredictionCall call, IDialect dialect, ServedModel model, ReadOnlySpan<float> scores)
    {
        var body = ArrayPool<byte>.Shared.Rent(call.Request.Body.Length);
        var kept = ArrayPool<float>.Shared.Rent(scores.Length);
        call.Request.Body.Span.CopyTo(body);
        scores.CopyTo(kept);
        var request = call.Request with { Body = body.AsMemory(0, call.Request.Body.Length) };
        var mirrored = new Mirrored(route, routing, call.Tenant, dialect, request, model.Version.Signature, body, kept, scores.Length);
        if (!_queue.Writer.TryWrite(mirrored))
        {
            ArrayPool<byte>.Shared.Return(body);
            ArrayPool<float>.Shared.Return(kept);
            route.Shadowed.Dropped();
            _metrics.ShadowDropped(call.Tenant, call.Endpoint, RouteChoice.Shadow);
        }
    }

    private void Compare(Mirrored mirrored)
    {
        var (route, routing) = (mirrored.Route, mirrored.Routing);
        using var lease = routing.Shadow?.TryLease();
        if (lease is null
            || mirrored.Dialect.Read(lease.Model, mirrored.Request) is not DialectReading.Rows(var rows, _)
            || lease.Model.Scorer is not { } scorer)
        {
            route.Shadowed.Failed();
            return;
        }

        using (rows)
        {
            var signature = scorer.Signature;
            if (!signature.Classes.SequenceEqual(mirrored.Signature.Classes) || rows.Count * signature.OutputWidth != mirrored.Count)
            {
                route.Shadowed.Failed();
                return;
            }

            var scores = ArrayPool<float>.Shared.Rent(mirrored.Count);
            scorer.Score(rows.Batch, scores.AsSpan(0, mirrored.Count));
            var (agrees, greatest) = Agree(
                mirrored.Scores.AsSpan(0, mirrored.Count),
                mirrored.Signature,
                scores.AsSpan(0, mirrored.Count),
                signature,
                routing.Endpoint.Policy.Shadow?.Tolerance ?? 0);
            ArrayPool<float>.Shared.Return(scores);
            route.Shadowed.Compared(agrees, greatest);
            _metrics.ShadowCompared(mirrored.Tenant, routing.Endpoint.Name, RouteChoice.Shadow, agrees);
        }
    }

    private static (bool Agrees, double Greatest) Agree(
        ReadOnlySpan<float> left, ModelSignature leftSignature, ReadOnlySpan<float> right, ModelSignature rightSignature, double tolerance)
    {
        var (agrees, greatest, width) = (true, 0.0, leftSignature.OutputWidth);
        for (var at = 0; at < left.Length; at += width)
        {
            for (var i = 0; i < width; i++)
            {
                greatest = Math.Max(greatest, Math.Abs((double)left[at + i] - right[at + i]));
            }

            agrees &= width is 1
                || leftSignature.Decide(left.Slice(at, width)) == rightSignature.Decide(right.Slice(at, width));
        }

        return (agrees && greatest <= tolerance, greatest);
    }

    /// <param name="Body">Rented, as the scores are.</param>
    private sealed record Mirrored(
        EndpointRoute Route,
        Routing Routing,
        TenantId Tenant,
        IDialect Dialect,
        DialectRequest Request,
        ModelSignature Signature,
        byte[] Body,
        float[] Scores,
        int Count);
}
