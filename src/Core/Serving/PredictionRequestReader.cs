using System.Text.Json;
using System.Text.Unicode;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Reads <c>{"record": {feature: value, …}}</c> or <c>{"records": [{…}, …]}</c> into the rows that a model takes.</summary>
/// <remarks>
/// <para>Every feature of the signature must be there, by name, in any order, and nothing else. Integers and numbers are JSON numbers
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

    private static readonly JsonReaderOptions Json = new() { MaxDepth = 16 };

    private readonly FeatureSlot[] _slots;
    private readonly Utf8Names _names;
    private readonly int _numbers;
    private readonly int _strings;

    public PredictionRequestReader(ModelSignature signature)
    {
        _names = new Utf8Names(signature.Features.Select(feature => feature.Name));
        _slots = FeatureSlot.Of(signature);
        _numbers = _slots.Count(slot => slot.Feature.IsNumeric);
        _strings = _slots.Length - _numbers;
    }

    public PredictionReading Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        if (!Utf8.IsValid(utf8))
        {
            return new PredictionReading.Refused([new PredictionError("body", "is not UTF-8")]);
        }

        var rows = new FeatureRows(_numbers, _strings);
        var parse = new PredictionParse(new Utf8JsonReader(utf8, Json), _slots, _names, rows);
        try
        {
            parse.ReadRequest();
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
            return new PredictionReading.Refused(errors);
        }

        return new PredictionReading.Accepted(rows);
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
}
