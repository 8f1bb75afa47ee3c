using System.Buffers;
using System.Diagnostics;

namespace Mlops.Serving;

/// <summary>Answers requests for predictions: finds the model, reads, scores.</summary>
public sealed class Predictor(EndpointRouter router)
{
    public async ValueTask<PredictionOutcome> PredictAsync(
        PredictionCall call, IDialect dialect, CancellationToken cancellationToken)
    {
        switch (await router.AcquireAsync(call.Tenant, call.Endpoint, cancellationToken))
        {
            case RouteOutcome.Ready(var lease):
                using (lease)
                {
                    return Answer(lease.Model, call, dialect, cancellationToken);
                }

            case RouteOutcome.UnknownEndpoint:
                return new PredictionOutcome.UnknownEndpoint();
            case RouteOutcome.Unavailable(var reason):
                return new PredictionOutcome.Unavailable(reason);
            default:
                throw new UnreachableException();
        }
    }

    private static PredictionOutcome Answer(
        ServedModel model, in PredictionCall call, IDialect dialect, CancellationToken cancellationToken)
    {
        var facts = new AnswerFacts(call.Tenant, call.Endpoint, "", "", call.RequestId);
        switch (dialect.Read(model, call.Request))
        {
            case DialectReading.Rows(var rows, var writer):
                using (rows)
                {
                    return Score(model, rows, writer, facts);
                }

            case DialectReading.Tensors(var inputs, var outputs, var writer):
                try
                {
                    var scored = model.TensorScorer!.Run(inputs, outputs, cancellationToken);
                    return new PredictionOutcome.Answered(new PredictionAnswer(model, writer, scored, facts));
                }
                catch (TensorScoringException unfit)
                {
                    return new PredictionOutcome.NotScored(unfit.Message);
                }

            case DialectReading.Refused(var errors):
                return new PredictionOutcome.Refused(errors);
            default:
                throw new UnreachableException();
        }
    }

    private static PredictionOutcome Score(ServedModel model, FeatureRows rows, IDialectAnswer writer, in AnswerFacts facts)
    {
        var scorer = model.Scorer!;
        var width = scorer.Signature.OutputWidth;
        var count = rows.Count * width;
        var scores = ArrayPool<float>.Shared.Rent(count);
        scorer.Score(rows.Batch, scores.AsSpan(0, count));
        for (var i = 0; i < count; i++)
        {
            if (!float.IsFinite(scores[i]))
            {
                ArrayPool<float>.Shared.Return(scores);
                return new PredictionOutcome.NotFinite(i / width);
            }
        }

        return new PredictionOutcome.Answered(new PredictionAnswer(model, writer, scores, count, facts));
    }
}
