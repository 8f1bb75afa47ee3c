using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Writes records as JSON lines into one gzip member.</summary>
/// <remarks>
/// A batch begins with <c>{"batch": {"stream", "number", "first", "records", "dropped"}}</c>, then comes a line for each record, its
/// number <c>n</c> first; where there are many their rows are packed, see <see cref="PackedRows"/>. A stream in good order ends with
/// <c>{"end": {"stream", "batches", "last", "dropped"}}</c>. For one thread at a time.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "Memory alone is kept; the compressing stream is disposed with each member.")]
internal sealed class BatchEncoder
{
    /// <summary>So much is compressed at once: a fraction of a millisecond of work.</summary>
    private const int FlushBytes = 16 * 1024;

    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };
    private static readonly ConditionalWeakTable<ModelVersion, RecordLayout> Layouts = [];

    private static readonly JsonEncodedText NumberName = JsonEncodedText.Encode("n");
    private static readonly JsonEncodedText IdName = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText AtName = JsonEncodedText.Encode("at");
    private static readonly JsonEncodedText ArmName = JsonEncodedText.Encode("arm");
    private static readonly JsonEncodedText ModelName = JsonEncodedText.Encode("model");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText EndpointName = JsonEncodedText.Encode("endpoint");
    private static readonly JsonEncodedText DialectName = JsonEncodedText.Encode("dialect");
    private static readonly JsonEncodedText PropensityName = JsonEncodedText.Encode("propensity");
    private static readonly JsonEncodedText RevisionName = JsonEncodedText.Encode("revision");
    private static readonly JsonEncodedText LatencyName = JsonEncodedText.Encode("latencyMs");
    private static readonly JsonEncodedText UnitName = JsonEncodedText.Encode("unit");
    private static readonly JsonEncodedText RequestIdName = JsonEncodedText.Encode("requestId");
    internal static readonly JsonEncodedText InputsName = JsonEncodedText.Encode("inputs");
    internal static readonly JsonEncodedText OutputsName = JsonEncodedText.Encode("outputs");
    private static readonly JsonEncodedText TensorsName = JsonEncodedText.Encode("tensors");

    /// <summary>Of which versions the batch says what packed rows mean.</summary>
    private readonly HashSet<ModelVersion> _told = new(ReferenceEqualityComparer.Instance);
    private readonly ArrayBufferWriter<byte> _lines = new(8 * FlushBytes);
    private readonly MemoryStream _member = new();
    private readonly Utf8JsonWriter _json;
    private readonly Func<bool> _isHurried;
    private GZipStream? _gzip;

    /// <param name="isHurried">Whether records wait in such numbers that writing them must not give way to requests.</param>
    public BatchEncoder(Func<bool> isHurried)
    {
        _isHurried = isHurried;
        _json = new Utf8JsonWriter(_lines, Unchecked);
    }

    /// <summary>A batch as one gzip member, valid until the next one is begun.</summary>
    public ReadOnlyMemory<byte> Encode(BatchHead head, IReadOnlyList<RecordPage> pages, ReadOnlySpan<RecordPlace> places)
    {
        Begin(IsMostlyLarge(pages, places) ? CompressionLevel.NoCompression : CompressionLevel.Fastest);
        WriteLine(new MarkLine(Batch: head));
        var number = head.First;
        var areMany = places.Length >= PackedRows.Least;
        foreach (var place in places)
        {
            Write(number++, areMany, pages[place.Page][place.Index].Prediction);
            if (_lines.WrittenCount >= FlushBytes)
            {
                Flush();
                if (!_isHurried())
                {
                    // All records in one go would take a core from the requests for as long as the system lets a thread run.
                    Thread.Yield();
                }
            }
        }

        return Finish();
    }

    /// <summary>The closing mark of a stream as one gzip member, valid until the next one is begun.</summary>
    public ReadOnlyMemory<byte> Encode(StreamEnd end)
    {
        Begin(CompressionLevel.Fastest);
        WriteLine(new MarkLine(End: end));
        return Finish();
    }

    /// <summary>Writes one record's line.</summary>
    /// <param name="isOfMany">Whether it is one of many in its batch.</param>
    internal void Write(long number, bool isOfMany, in AnsweredPrediction prediction)
    {
        var layout = Layouts.GetValue(prediction.Version, static version => new RecordLayout(version.Model, version.Signature));
        var isPacked = prediction.Inputs.Rows >= (isOfMany ? 1 : PackedRows.Least);
        if (isPacked && _told.Add(prediction.Version))
        {
            WriteLine(new MarkLine(Layout: new PackedLayout(
                prediction.Version.Model, prediction.Version.Number, prediction.Version.Signature)));
        }

        _json.WriteStartObject();
        _json.WriteNumber(NumberName, number);
        _json.WriteString(IdName, prediction.Id);
        _json.WriteString(AtName, prediction.At.UtcDateTime);
        _json.WriteString(ArmName, prediction.Arm);
        _json.WriteString(ModelName, layout.Model);
        _json.WriteNumber(VersionName, prediction.Version.Number);
        _json.WriteString(EndpointName, prediction.Endpoint.Value);
        _json.WriteString(DialectName, prediction.Dialect);
        _json.WriteNumber(PropensityName, prediction.Propensity);
        _json.WriteNumber(RevisionName, prediction.Revision);
        _json.WriteNumber(LatencyName, Math.Round(prediction.Latency.TotalMilliseconds, 3));
        WriteIfGiven(UnitName, prediction.Unit);
        WriteIfGiven(RequestIdName, prediction.RequestId);
        if (isPacked)
        {
            PackedRows.Write(_json, layout, prediction);
        }
        else
        {
            _json.WritePropertyName(InputsName);
            layout.WriteInputs(_json, prediction.Inputs);
            _json.WritePropertyName(OutputsName);
            layout.WriteOutputs(_json, prediction.Scores.Span);
        }

        if (prediction.Tensors is { } tensors)
        {
            _json.WritePropertyName(TensorsName);
            JsonSerializer.Serialize(_json, tensors, Storage.Documents.Options);
        }

        _json.WriteEndObject();
        EndLine();
    }

    /// <summary>Forgets the lines that are not compressed yet.</summary>
    /// <returns>How many bytes they had.</returns>
    internal int Discard()
    {
        var written = _lines.WrittenCount;
        _lines.ResetWrittenCount();
        return written;
    }

    /// <summary>
    /// Whether most rows are in large records: compression makes their bits a quarter shorter and takes ten times as long as all else.
    /// </summary>
    private static bool IsMostlyLarge(IReadOnlyList<RecordPage> pages, ReadOnlySpan<RecordPlace> places)
    {
        var (large, small) = (0L, 0L);
        foreach (var place in places)
        {
            var rows = pages[place.Page][place.Index].Prediction.Inputs.Rows;
            large += rows >= PackedRows.Least ? rows : 0;
            small += rows >= PackedRows.Least ? 0 : rows;
        }

        return large > small;
    }

    private void WriteIfGiven(JsonEncodedText name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }

    private void WriteLine(MarkLine mark)
    {
        JsonSerializer.Serialize(_json, mark, Storage.Documents.Options);
        EndLine();
    }

    private void EndLine()
    {
        _json.Flush();
        _json.Reset();
        _lines.Write("\n"u8);
    }

    private void Begin(CompressionLevel level)
    {
        _told.Clear();
        _lines.ResetWrittenCount();
        _json.Reset();
        _member.SetLength(0);
        _gzip = new GZipStream(_member, level, leaveOpen: true);
    }

    private void Flush()
    {
        _gzip?.Write(_lines.WrittenSpan);
        _lines.ResetWrittenCount();
    }

    private ReadOnlyMemory<byte> Finish()
    {
        Flush();
        _gzip?.Dispose();
        _gzip = null;
        return _member.GetBuffer().AsMemory(0, (int)_member.Length);
    }
}

/// <summary>Where a record lies among pages.</summary>
internal readonly record struct RecordPlace(int Page, int Index);

/// <summary>What a batch says of itself before its records.</summary>
/// <param name="Number">Of the stream's batches, from 1.</param>
/// <param name="First">The number of its first record.</param>
/// <param name="Dropped">How many record numbers before the first were given to records that found no room in the queue.</param>
internal sealed record BatchHead(string Stream, long Number, long First, int Records, long Dropped);

/// <summary>How a stream ends that was closed in good order.</summary>
/// <param name="Batches">How many batches it had.</param>
/// <param name="Last">The number of its last record, written or not.</param>
/// <param name="Dropped">How many of the last numbers were given to records that found no room in the queue.</param>
internal sealed record StreamEnd(string Stream, long Batches, long Last, long Dropped);

/// <summary>A line that is no record.</summary>
internal sealed record MarkLine(BatchHead? Batch = null, StreamEnd? End = null, PackedLayout? Layout = null);
