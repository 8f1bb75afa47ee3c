using System.Text.Json;
using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Serving;

/// <summary>One answered request as the log has it.</summary>
/// <param name="N">Its number in its stream, from 1.</param>
/// <param name="Inputs">For each row the features by name; the value of a sensitive one is <c>[redacted]</c>.</param>
/// <param name="Outputs">For each row what was predicted.</param>
/// <param name="Tensors">Of a model that takes tensors, in the place of inputs and outputs: the tensors that went in and out, without
/// their elements.</param>
/// <remarks>The other members are those of <see cref="AnsweredPrediction"/>.</remarks>
public sealed record LoggedPrediction(
    long N,
    string Id,
    DateTimeOffset At,
    string Arm,
    ModelName Model,
    int Version,
    EndpointName Endpoint,
    string Dialect,
    double Propensity,
    int Revision,
    double LatencyMs,
    IReadOnlyList<JsonElement> Inputs,
    IReadOnlyList<LoggedOutput> Outputs,
    string? Unit = null,
    string? RequestId = null,
    TensorSignature? Tensors = null);

/// <summary>What the log has of a request besides its rows; members are those of <see cref="LoggedPrediction"/>.</summary>
public sealed record LoggedHead(
    string Id, DateTimeOffset At, string Arm, double Propensity, int Revision, double LatencyMs, string? Unit);

/// <summary>A prediction for one row.</summary>
/// <param name="Label">Of a classifier.</param>
/// <param name="Probabilities">Of a classifier, by class, in the order of the signature: the positive class is last.</param>
/// <param name="Value">Of a regressor.</param>
public sealed record LoggedOutput(string? Label = null, IReadOnlyDictionary<string, double>? Probabilities = null, double? Value = null);

/// <summary>Why records are not there.</summary>
public enum GapReason
{
    /// <summary>They found no room in the queue.</summary>
    Dropped,

    /// <summary>Their batch could not be written.</summary>
    BatchLost,

    /// <summary>Their batch was being written when the process ended, or cannot be read.</summary>
    BatchTorn,

    /// <summary>The process ended without closing the stream: what it had not yet written, at most the last second of records that
    /// nobody waited for, may be missing.</summary>
    EndedAbruptly,
}

/// <summary>Records that a stream of the log should have and has not.</summary>
/// <param name="Stream">The process and its count of streams.</param>
/// <param name="Hour">When the hour of the stream begins.</param>
/// <param name="After">The number of the last record before the gap; 0 if it is at the start.</param>
/// <param name="Records">How many are missing; absent if it is not known whether any are.</param>
public sealed record LogGap(string Stream, DateTimeOffset Hour, GapReason Reason, long After, long? Records);

/// <summary>What a reader of the log comes upon.</summary>
public abstract record LogEntry
{
    private LogEntry() { }

    /// <summary>An answered request, of which the head is read and the rows only when they are asked for.</summary>
    public sealed record Record : LogEntry
    {
        private readonly ReadOnlyMemory<byte> _line;
        private readonly PackedLayouts _layouts;

        /// <param name="line">As it lies in the log.</param>
        /// <param name="layouts">Those of its blob.</param>
        internal Record(LoggedHead head, ReadOnlyMemory<byte> line, PackedLayouts layouts) => (Head, _line, _layouts) = (head, line, layouts);

        public LoggedHead Head { get; }

        /// <summary>The record's line with its rows by name, without its end.</summary>
        /// <exception cref="InvalidDataException">Its rows are packed, and the log does not say what they mean.</exception>
        public ReadOnlyMemory<byte> Json => PackedRows.Unpack(_line, _layouts);

        /// <inheritdoc cref="Json"/>
        public LoggedPrediction Read() => Documents.Read<LoggedPrediction>(Json);
    }

    public sealed record Missing(LogGap Gap) : LogEntry;
}
