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
            Compare(mirrored, cancellationToken);
            Return(mirrored);
        }
    }

    /// <summary>Copies a request of rows with its answer, if there is room.</summary>
    internal void Offer(EndpointRoute route, Routing routing, in PredictionCall call, IDialect dialect, ServedModel model, ReadOnlySpan<float> scores)
    {
        var kept = ArrayPool<float>.Shared.Rent(scores.Length);
        scores.CopyTo(kept);
        Offer(route, routing, call, dialect, new MirroredAnswer.Rows(model.Version.Signature, kept, scores.Length));
    }

    /// <summary>Keeps the outputs that a request of tensors got, with a copy of it, if there is room.</summary>
    /// <param name="outputs">In memory of their own.</param>
    internal void Offer(
        EndpointRoute route, Routing routing, in PredictionCall call, IDialect dialect, IReadOnlyList<NamedTensor> outputs) =>
        Offer(route, routing, call, dialect, new MirroredAnswer.Tensors(outputs));

    private void Offer(EndpointRoute route, Routing routing, in PredictionCall call, IDialect dialect, MirroredAnswer answer)
    {
        var body = ArrayPool<byte>.Shared.Rent(call.Request.Body.Length);
        call.Request.Body.Span.CopyTo(body);
        var request = call.Request with { Body = body.AsMemory(0, call.Request.Body.Length) };
        var mirrored = new Mirrored(route, routing, call.Tenant, dialect, request, body, answer);
        if (!_queue.Writer.TryWrite(mirrored))
        {
            Return(mirrored);
            route.Shadowed.Dropped();
            _metrics.ShadowDropped(call.Tenant, call.Endpoint, RouteChoice.Shadow);
        }
    }

    private static void Return(Mirrored mirrored)
    {
        ArrayPool<byte>.Shared.Return(mirrored.Body);
        if (mirrored.Answer is MirroredAnswer.Rows(_, var scores, _))
        {
            ArrayPool<float>.Shared.Return(scores);
        }
    }

    private void Compare(Mirrored mirrored, CancellationToken cancellationToken)
    {
        var (route, routing) = (mirrored.Route, mirrored.Routing);
        using var lease = routing.Shadow?.TryLease();
        var tolerance = routing.Endpoint.Policy.Shadow?.Tolerance ?? 0;
        var comparison = lease is null ? null : (mirrored.Dialect.Read(lease.Model, mirrored.Request), mirrored.Answer) switch
        {
            (DialectReading.Rows(var rows, _), MirroredAnswer.Rows answer) => Compare(lease.Model, rows, answer, tolerance),
            (DialectReading.Tensors tensors, MirroredAnswer.Tensors(var outputs)) =>
                Compare(lease.Model, tensors, outputs, tolerance, cancellationToken),
            _ => null,
        };
        if (comparison is var (agrees, greatest))
        {
            route.Shadowed.Compared(agrees, greatest);
            _metrics.ShadowCompared(mirrored.Tenant, routing.Endpoint.Name, RouteChoice.Shadow, agrees);
        }
        else
        {
            route.Shadowed.Failed();
        }
    }

    /// <returns>Null if the shadow's answer has another form.</returns>
    private static (bool Agrees, double Greatest)? Compare(ServedModel shadow, FeatureRows rows, MirroredAnswer.Rows answer, double tolerance)
    {
        using (rows)
        {
            var (signature, count) = (shadow.Version.Signature, answer.Count);
            if (shadow.Scorer is not { } scorer
                || !signature.Classes.SequenceEqual(answer.Signature.Classes) || rows.Count * signature.OutputWidth != count)
            {
                return null;
            }

            var scores = ArrayPool<float>.Shared.Rent(count);
            scorer.Score(rows.Batch, scores.AsSpan(0, count));
            var compared = Agree(answer.Scores.AsSpan(0, count), answer.Signature, scores.AsSpan(0, count), signature, tolerance);
            ArrayPool<float>.Shared.Return(scores);
            return compared;
        }
    }

    /// <returns>Null if the shadow does not take these tensors, or gives others.</returns>
    private static (bool Agrees, double Greatest)? Compare(
        ServedModel shadow,
        DialectReading.Tensors tensors,
        IReadOnlyList<NamedTensor> outputs,
        double tolerance,
        CancellationToken cancellationToken)
    {
        try
        {
            return shadow.TensorScorer?.Run(tensors.Inputs, tensors.Outputs, cancellationToken) is { } others
                ? TensorComparison.Compare(outputs, others, tolerance)
                : null;
        }
        catch (TensorScoringException)
        {
            return null;
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

    /// <param name="Body">Rented.</param>
    private sealed record Mirrored(
        EndpointRoute Route, Routing Routing, TenantId Tenant, IDialect Dialect, DialectRequest Request, byte[] Body, MirroredAnswer Answer);

    /// <summary>What the caller got.</summary>
    private abstract record MirroredAnswer
    {
        /// <param name="Scores">Rented.</param>
        /// <param name="Count">How many of them there are.</param>
        public sealed record Rows(ModelSignature Signature, float[] Scores, int Count) : MirroredAnswer;

        public sealed record Tensors(IReadOnlyList<NamedTensor> Outputs) : MirroredAnswer;
    }
}
