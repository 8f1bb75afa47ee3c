using System.Text.Json;
using System.Text.Unicode;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Reads the rows that a model takes from what the dialects put around them, see <see cref="RequestForm"/>.</summary>
/// <remarks>
/// <para>Every feature of the signature must be there, by name, in any order, and nothing else; MLflow's forms ignore what is beyond
/// the signature and take an absent feature as missing where it is nullable. Integers and numbers are JSON numbers
/// that fit a 32-bit float, in which models calculate (integers without a fraction); booleans are <c>true</c> or <c>false</c>;
/// timestamps are ISO 8601 strings, in UTC unless they have an offset; categories and texts are strings. A feature that the
/// signature calls nullable may be <c>null</c>, and a string of such a feature may be empty, which means the same.</para>
/// <para>All errors up to <see cref="MaxErrors"/> are told at once. Immutable but for caches that are safe for concurrent use.</para>
/// </remarks>
public sealed class PredictionRequestReader
{
    /// <summary>The most records in a request.</summary>
    public const int MaxRecords = 10_000;

    /// <summary>The most errors told of a request.</summary>
    public const int MaxErrors = 50;

    /// <summary>Up to this many features need no memory of their own to be counted.</summary>
    private const int MostOnStack = 256;

    private static readonly JsonReaderOptions Json = new() { MaxDepth = 16 };

    private readonly FeatureSlot[] _slots;
    private readonly Utf8Names _names;
    private readonly int _numbers;
    private readonly int _strings;

    /// <summary>Whether a row is nothing but numbers, of which any will do.</summary>
    private readonly bool _takesNumbers;

    public PredictionRequestReader(ModelSignature signature)
    {
        _names = new Utf8Names(signature.Features.Select(feature => feature.Name));
        _slots = FeatureSlot.Of(signature);
        _numbers = _slots.Count(slot => slot.Feature.IsNumeric);
        _strings = _slots.Length - _numbers;
        _takesNumbers = _slots.All(slot => slot.Feature.Type is ColumnType.Number);
    }

    /// <summary>The reader that a model keeps for all its requests.</summary>
    public static PredictionRequestReader Of(ServedModel model) =>
        model.StateOf(static version => new PredictionRequestReader(version.Signature));

    public PredictionReading Read(ReadOnlySpan<byte> utf8, RequestForm form = RequestForm.Native)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        if (!Utf8.IsValid(utf8))
        {
            return new PredictionReading.Refused([new PredictionError("body", "is not UTF-8")]);
        }

        return Read(utf8, form, _takesNumbers);
    }

    private PredictionReading Read(ReadOnlySpan<byte> utf8, RequestForm form, bool mayTakeNumbers)
    {
        var rows = new FeatureRows(_numbers, _strings);
        var features = _slots.Length;
        Span<int> indices = features <= MostOnStack ? stackalloc int[2 * features] : new int[2 * features];
        var parse = new PredictionParse(utf8, Json, _slots, _names, rows, mayTakeNumbers, indices[..features], indices[features..]);
        try
        {
            parse.ReadRequest(form);
        }
        catch (JsonException fault)
        {
            parse.Fail("body", $"is not JSON from line {fault.LineNumber + 1}, byte {fault.BytePositionInLine} on");
        }
        catch (InvalidOperationException) when (parse.IsAtEscapedText)
        {
            parse.Fail("body", "has an escaped string that is not Unicode text (half of a surrogate pair)");
        }

        if (parse.Errors is { } errors)
        {
            rows.Dispose();
            return parse.HasTakenNumbers ? Read(utf8, form, mayTakeNumbers: false) : new PredictionReading.Refused(errors);
        }

        return new PredictionReading.Accepted(rows) { WantsProbabilities = parse.WantsProbabilities, Text = parse.Text };
    }

    /// <summary>Reads CSV with a header: columns by name, values as data sets have them, columns that the model lacks ignored.</summary>
    public PredictionReading ReadCsv(ReadOnlySpan<byte> utf8)
    {
        var table = new CsvRows(_slots, new FeatureRows(_numbers, _strings));
        using var csv = new CsvReader(table, CsvLimits.Default);
        var fault = csv.Write(utf8) ?? csv.Complete();
        return table.Finish(fault);
    }
}

/// <summary>Where a feature goes.</summary>
/// <param name="Position">Among all features.</param>
/// <param name="Index">Among the numbers of a row, or among its strings.</param>
/// <param name="Categories">The strings it had lately; absent for all but categories.</param>
internal sealed record FeatureSlot(ColumnSchema Feature, int Position, int Index, CategoryCache? Categories)
{
    /// <summary>Those of a signature's features, in their order.</summary>
    public static FeatureSlot[] Of(ModelSignature signature)
    {
        var (numbers, strings) = (0, 0);
        return
        [
            .. signature.Features.Select((feature, position) => new FeatureSlot(
                feature,
                position,
                feature.IsNumeric ? numbers++ : strings++,
                feature.Type is ColumnType.Category ? new CategoryCache() : null)),
        ];
    }

    /// <summary>What a value of it must be, for people.</summary>
    public string Expected => Feature.Type switch
    {
        ColumnType.Integer => "a whole number that fits a 32-bit float",
        ColumnType.Number => "a number that fits a 32-bit float",
        ColumnType.Boolean => "true or false",
        ColumnType.Timestamp => "an ISO 8601 timestamp in a string",
        _ => Feature.Nullable ? "a string" : "a string that is not empty",
    } + (Feature.Nullable ? ", or null" : "");
}
