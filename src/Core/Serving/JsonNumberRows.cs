using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Reads arrays of nothing but numbers, which most of a large request is, without making a token of each.</summary>
internal static class JsonNumberRows
{
    private const int BlockLength = 64;

    /// <summary>Reads <c>[[1, 2.5], [3, 4]]</c>, or the same in one array, <c>[1, 2.5, 3, 4]</c>, into rows of 32-bit floats.</summary>
    /// <param name="json">At the name of a property. If all is well it is left at the end of the property's value, else where it was.</param>
    /// <param name="utf8">What the reader reads; left as what it goes on to read.</param>
    /// <param name="rows">Without rows, of as many numbers and no strings; left so if all is not well.</param>
    /// <param name="mostRows">How many rows there may be.</param>
    /// <returns>
    /// False if the value is anything else, wrong or only unusual: then a reading by tokens finds out what, and says it with its path.
    /// After true a <see cref="JsonException"/> may tell another line than the true one.
    /// </returns>
    public static bool TryRead(ref Utf8JsonReader json, ref ReadOnlySpan<byte> utf8, FeatureRows rows, int mostRows)
    {
        var begin = (int)json.BytesConsumed;
        var length = Scan(utf8[begin..], rows, mostRows);
        if (length is 0)
        {
            rows.Clear();
            return false;
        }

        JsonScan.Resume(ref json, ref utf8, begin + length);
        return true;
    }

    /// <returns>How many bytes the array takes with the white space before it; 0 if it is not as it must be.</returns>
    private static int Scan(ReadOnlySpan<byte> utf8, FeatureRows rows, int mostRows)
    {
        var at = 0;
        if (!JsonScan.Takes(utf8, ref at, (byte)'['))
        {
            return 0;
        }

        var isNested = JsonScan.Takes(utf8, ref at, (byte)'[');
        for (var isLast = false; !isLast;)
        {
            if (rows.Count == mostRows || (isNested && rows.Count > 0 && !JsonScan.Takes(utf8, ref at, (byte)'[')))
            {
                return 0;
            }

            rows.Add();
            at = ScanRow(utf8, at, rows.Last);
            if (at < 0 || (isNested && !JsonScan.Takes(utf8, ref at, (byte)']')))
            {
                return 0;
            }

            isLast = JsonScan.Takes(utf8, ref at, (byte)']');
            if (!isLast && !JsonScan.Takes(utf8, ref at, (byte)','))
            {
                return 0;
            }
        }

        return at;
    }

    /// <returns>Where the row ends; −1 if it is not as it must be.</returns>
    /// <remarks>
    /// Where numbers end is found for many at once, so that the reading of one need not wait for that of the one before it.
    /// </remarks>
    private static int ScanRow(ReadOnlySpan<byte> utf8, int begin, Span<float> row)
    {
        var (at, block, ends) = (begin, begin, Ends(utf8, begin));
        for (var i = 0; i < row.Length; i++)
        {
            if (at < utf8.Length && utf8[at] is (byte)' ')
            {
                at++;
            }

            while (ends is 0 && block < utf8.Length)
            {
                block += BlockLength;
                ends = Ends(utf8, block);
            }

            var end = block + BitOperations.TrailingZeroCount(ends);
            ends &= ends - 1;
            if (JsonNumber.TryReadPlain(utf8, at, end, out var value))
            {
                row[i] = (float)value;
                at = end;
            }
            else if ((at = JsonScan.ReadNumber(utf8, at, out row[i])) < 0)
            {
                return -1;
            }

            if (i < row.Length - 1)
            {
                if (at >= utf8.Length || utf8[at] is not (byte)',')
                {
                    return -1;
                }

                at++;
            }
        }

        return row.Length > 0 ? at : -1;
    }

    /// <summary>A bit for each byte of a block that ends a number: a comma or the end of an array.</summary>
    /// <returns>None if the text has no whole block there.</returns>
    private static ulong Ends(ReadOnlySpan<byte> utf8, int block)
    {
        if (utf8.Length - block < BlockLength)
        {
            return 0;
        }

        var low = Vector256.Create(utf8.Slice(block, Vector256<byte>.Count));
        var high = Vector256.Create(utf8.Slice(block + Vector256<byte>.Count, Vector256<byte>.Count));
        return Ends(low) | ((ulong)Ends(high) << Vector256<byte>.Count);
    }

    private static uint Ends(Vector256<byte> bytes) =>
        (Vector256.Equals(bytes, Vector256.Create((byte)',')) | Vector256.Equals(bytes, Vector256.Create((byte)']')))
        .ExtractMostSignificantBits();
}
