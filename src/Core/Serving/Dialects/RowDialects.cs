using System.Diagnostics;

namespace Mlops.Serving;

/// <summary>What the dialects that speak of rows have in common.</summary>
internal static class RowDialects
{
    /// <summary>The refusal of a model that takes tensors.</summary>
    public static readonly DialectReading TakesTensors = new DialectReading.Refused(
        [new PredictionError("body", "the model takes tensors, not records; ask it at /v2/models/{endpoint}/infer")]);

    public static DialectReading Reading(PredictionReading reading, IDialectAnswer answer) => reading switch
    {
        PredictionReading.Accepted(var rows) => new DialectReading.Rows(rows, answer),
        PredictionReading.Refused(var errors) => new DialectReading.Refused(errors),
        _ => throw new UnreachableException(),
    };
}
