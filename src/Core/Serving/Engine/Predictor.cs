using System.Buffers;
using System.Diagnostics;

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
            var (lease, refusal) = await VersionAsync(call.Tenant, routing, number, cancellationToken);
            if (lease is null)
            {
                return refusal ?? new PredictionOutcome.UnknownVersion(number);
            }

            choice = new RouteChoice(RouteChoice.Version, [], lease, 1);
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
            var facts = new AnswerFacts(call.Tenant, call.Endpoint, id, choice.Arm, call.RequestId);
            switch (dialect.Read(model, call.Request))
            {
                case DialectReading.Rows(var rows, var writer):
                    using (rows)
                    {
                        trace.Routed(model.Version, choice.Arm, rows.Count);
                        var exchange = new Exchange(call, dialect, route, routing, choice, facts, at, started, unit, chance);
                        return await ScoreAsync(exchange, rows, writer, cancellationToken);
                    }

                case DialectReading.Tensors(var inputs, var outputs, var writer):
                    return Score(model, inputs, outputs, writer, facts, cancellationToken);
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
            switch (await model.Queue!.ScoreAsync(rows, scores.AsMemory(0, count), exchange.Call.Deadline, cancellationToken))
            {
                case Scoring.Full:
                    return new PredictionOutcome.Busy(RetryAfter);
                case Scoring.Late:
                    return new PredictionOutcome.TooLate();
            }

            for (var i = choice.Steps.Count - 1; i >= 0; i--)
            {
                choice.Steps[i].After(signature, scores.AsSpan(0, count));
            }

            if (FindNonFinite(scores.AsSpan(0, count)) is var bad and >= 0)
            {
                return new PredictionOutcome.NotFinite(bad / signature.OutputWidth);
            }

            if (exchange.Call.Deadline is { } deadline && time.GetUtcNow() > deadline)
            {
                return new PredictionOutcome.TooLate();
            }

            if (!await RecordAsync(exchange, rows, scores.AsMemory(0, count), cancellationToken))
            {
                return new PredictionOutcome.Unavailable("The prediction could not be logged, which this endpoint demands.");
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

    /// <returns>Whether the record is as durable as the endpoint demands.</returns>
    private async ValueTask<bool> RecordAsync(
        Exchange exchange, FeatureRows rows, ReadOnlyMemory<float> scores, CancellationToken cancellationToken)
    {
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
            exchange.Call.RequestId,
            rows.Batch,
            scores);
        metrics.Answered(prediction);
        try
        {
            await log.AppendAsync(prediction, endpoint.Log, cancellationToken);
            return true;
        }
        catch (PredictionNotLoggedException)
        {
            return false;
        }
    }

    private static PredictionOutcome Score(
        ServedModel model,
        IReadOnlyList<NamedTensor> inputs,
        IReadOnlyList<string> outputs,
        IDialectAnswer writer,
        in AnswerFacts facts,
        CancellationToken cancellationToken)
    {
        try
        {
            var scored = model.TensorScorer!.Run(inputs, outputs, cancellationToken);
            return new PredictionOutcome.Answered(new PredictionAnswer(model, writer, scored, facts));
        }
        catch (TensorScoringException unfit)
        {
            return new PredictionOutcome.NotScored(unfit.Message);
        }
    }

    private async ValueTask<(ModelLease? Lease, PredictionOutcome? Refusal)> VersionAsync(
        TenantId tenant, Routing routing, int number, CancellationToken cancellationToken)
    {
        try
        {
            var model = routing.Endpoint.Policy.Arms[0].Target.Model;
            return (await router.AcquireVersionAsync(tenant, model, number, cancellationToken), null);
        }
        catch (Exception unfit) when (unfit is ModelLoadException or InvalidDataException)
        {
            return (null, new PredictionOutcome.Unavailable($"Version {number} cannot be loaded: {unfit.Message}"));
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
