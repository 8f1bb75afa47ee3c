using System.Buffers;
using System.Diagnostics;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Answers requests for predictions: chooses what answers, reads, scores, logs.</summary>
/// <remarks>
/// Once an endpoint is loaded nothing on the way touches a store, but for an endpoint whose log is an audit, where the answer waits
/// until its record is durable. Safe for concurrent use.
/// </remarks>
public sealed class Predictor(
    EndpointRouter router, PredictionLog log, LogInstance instance, ShadowMirror mirror, ServingMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Requests without a unit are spread by their ids.</summary>
    private static readonly AssignmentSalt RequestSalt = new("request");

    public async ValueTask<PredictionOutcome> PredictAsync(
        PredictionCall call, IDialect dialect, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var at = time.GetUtcNow();
        using var underWay = metrics.Begin(call.Tenant, call.Endpoint);
        using var trace = ServingTrace.StartPredict(call.Tenant, call.Endpoint, dialect.Name);
        if (call.Deadline <= at)
        {
            return new PredictionOutcome.TooLate();
        }

        var route = router.Find(call.Tenant, call.Endpoint);
        if (route?.Routing is null)
        {
            route = await router.LoadAsync(call.Tenant, call.Endpoint, cancellationToken);
        }

        if (route?.Routing is not { } routing)
        {
            return route is null ? new PredictionOutcome.UnknownEndpoint() : new PredictionOutcome.Unavailable(route.UnavailableReason);
        }

        var id = PredictionIds.New(instance, at);
        var chance = RequestSalt.Hash(id);
        var unit = UnitOf(routing.Endpoint.Policy.Unit, call);
        RouteChoice choice;
        if (call.Version is { } number)
        {
            var model = routing.Endpoint.Policy.Arms[0].Target.Model;
            switch (await router.AcquireVersionAsync(call.Tenant, model, number, cancellationToken))
            {
                case RouteOutcome.Ready(var lease):
                    choice = new RouteChoice(RouteChoice.Version, [], lease, 1);
                    break;
                case RouteOutcome.Unavailable(var reason):
                    return new PredictionOutcome.Unavailable(reason);
                default:
                    return new PredictionOutcome.UnknownVersion(number);
            }
        }
        else if (call.Arm is { } arm && !routing.HasArm(arm))
        {
            return new PredictionOutcome.UnknownArm(arm);
        }
        else if ((call.Arm is { } asked ? routing.Choose(asked) : routing.Choose(unit, chance)) is { } chosen)
        {
            choice = chosen;
        }
        else
        {
            return new PredictionOutcome.Unavailable(route.UnavailableReason);
        }

        using (choice.Lease)
        {
            var model = choice.Lease.Model;
            var reading = dialect.Read(model, call.Request);
            var facts = new AnswerFacts(call.Tenant, call.Endpoint, id, choice.Arm, call.RequestId ?? reading.RequestId);
            var exchange = new Exchange(call, dialect, route, routing, choice, facts, at, started, unit, chance);
            switch (reading)
            {
                case DialectReading.Rows(var rows, var writer):
                    using (rows)
                    {
                        trace.Routed(model.Version, choice.Arm, rows.Count);
                        return await ScoreAsync(exchange, rows, writer, cancellationToken);
                    }

                case DialectReading.Tensors tensors:
                    trace.Routed(model.Version, choice.Arm, rows: 1);
                    return await ScoreAsync(exchange, tensors, cancellationToken);
                case DialectReading.Refused(var errors):
                    return new PredictionOutcome.Refused(errors);
                default:
                    throw new UnreachableException();
            }
        }
    }

    private async ValueTask<PredictionOutcome> ScoreAsync(
        Exchange exchange, FeatureRows rows, IDialectAnswer writer, CancellationToken cancellationToken)
    {
        var (choice, model) = (exchange.Choice, exchange.Choice.Lease.Model);
        var signature = model.Version.Signature;
        foreach (var step in choice.Steps)
        {
            step.Before(signature, rows.Numbers, rows.Strings);
        }

        var count = rows.Count * signature.OutputWidth;
        var scores = ArrayPool<float>.Shared.Rent(count);
        var isAnswered = false;
        try
        {
            using var trace = ServingTrace.StartScore(model.Version, choice.Arm, rows.Count);
            var scoring = await model.Queue!.ScoreAsync(rows, scores.AsMemory(0, count), exchange.Call.Deadline, cancellationToken);
            if (NotDone(scoring) is { } outcome)
            {
                return outcome;
            }

            for (var i = choice.Steps.Count - 1; i >= 0; i--)
            {
                choice.Steps[i].After(signature, scores.AsSpan(0, count));
            }

            if (FindNonFinite(scores.AsSpan(0, count)) is var bad and >= 0)
            {
                return new PredictionOutcome.NotFinite(bad / signature.OutputWidth);
            }

            if (await RecordAsync(exchange, rows.Batch, scores.AsMemory(0, count), null, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            if (exchange.Routing.IsMirrored(exchange.Chance))
            {
                mirror.Offer(exchange.Route, exchange.Routing, exchange.Call, exchange.Dialect, model, scores.AsSpan(0, count));
            }

            isAnswered = true;
            return new PredictionOutcome.Answered(new PredictionAnswer(model, writer, scores, count, exchange.Facts));
        }
        finally
        {
            if (!isAnswered)
            {
                ArrayPool<float>.Shared.Return(scores);
            }
        }
    }

    /// <remarks>Steps are about rows, so tensors go without.</remarks>
    private async ValueTask<PredictionOutcome> ScoreAsync(
        Exchange exchange, DialectReading.Tensors tensors, CancellationToken cancellationToken)
    {
        var (choice, model) = (exchange.Choice, exchange.Choice.Lease.Model);
        try
        {
            using var trace = ServingTrace.StartScore(model.Version, choice.Arm, rows: 1);
            var (scoring, outputs) = await model.TensorQueue!.ScoreAsync(
                tensors.Inputs, tensors.Outputs, exchange.Call.Deadline, cancellationToken);
            var forms = new TensorSignature([.. tensors.Inputs.Select(FormOf)], [.. outputs.Select(FormOf)]);
            if ((NotDone(scoring) ?? await RecordAsync(exchange, default, default, forms, cancellationToken)) is { } refusal)
            {
                return refusal;
            }

            if (exchange.Routing.IsMirrored(exchange.Chance))
            {
                mirror.Offer(exchange.Route, exchange.Routing, exchange.Call, exchange.Dialect, outputs);
            }

            return new PredictionOutcome.Answered(new PredictionAnswer(model, tensors.Answer, outputs, exchange.Facts));
        }
        catch (TensorScoringException unfit)
        {
            return new PredictionOutcome.NotScored(unfit.Message);
        }

        static TensorSpec FormOf(NamedTensor tensor) => new(tensor.Name, tensor.Type, tensor.Shape);
    }

    private static PredictionOutcome? NotDone(Scoring scoring) => scoring switch
    {
        Scoring.Full => new PredictionOutcome.Busy(RetryAfter),
        Scoring.Late => new PredictionOutcome.TooLate(),
        _ => null,
    };

    /// <returns>Why there can be no answer: it comes too late, or its record is not as durable as the endpoint demands.</returns>
    private async ValueTask<PredictionOutcome?> RecordAsync(
        Exchange exchange,
        FeatureBatch inputs,
        ReadOnlyMemory<float> scores,
        TensorSignature? tensors,
        CancellationToken cancellationToken)
    {
        if (exchange.Call.Deadline is { } deadline && time.GetUtcNow() > deadline)
        {
            return new PredictionOutcome.TooLate();
        }

        var endpoint = exchange.Routing.Endpoint;
        var prediction = new AnsweredPrediction(
            exchange.Facts.Id,
            exchange.At,
            time.GetElapsedTime(exchange.Started),
            exchange.Call.Tenant,
            endpoint.Name,
            exchange.Dialect.Name,
            exchange.Choice.Lease.Model.Version,
            exchange.Choice.Arm,
            exchange.Choice.Propensity,
            endpoint.Revision,
            exchange.Unit,
            exchange.Facts.RequestId,
            inputs,
            scores,
            tensors);
        metrics.Answered(prediction);
        try
        {
            await log.AppendAsync(prediction, endpoint.Log, cancellationToken);
            return null;
        }
        catch (PredictionNotLoggedException)
        {
            return new PredictionOutcome.Unavailable("The prediction could not be logged, which this endpoint demands.");
        }
    }

    private static string? UnitOf(UnitSource? source, in PredictionCall call)
    {
        var unit = source switch
        {
            null => null,
            { Header: { } header } => call.Caller.Header(header),
            { Cookie: { } cookie } => call.Caller.Cookie(cookie),
            { Body: { } path } => BodyPath.Find(call.Request.Json.Span, path),
            _ => null,
        };
        return unit is { Length: > 0 and <= BodyPath.MaxUnit } ? unit : null;
    }

    private static int FindNonFinite(ReadOnlySpan<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (!float.IsFinite(scores[i]))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>What is known of a request by the time it is scored.</summary>
    private readonly record struct Exchange(
        PredictionCall Call,
        IDialect Dialect,
        EndpointRoute Route,
        Routing Routing,
        RouteChoice Choice,
        AnswerFacts Facts,
        DateTimeOffset At,
        long Started,
        string? Unit,
        ulong Chance);
}
