using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Reads arrays of nothing but numbers, which most of a large request is, without making a token of each.</summary>
internal static class JsonNumberRows
{
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

        // To the reader, the end of this array is as the end of an empty one.
        var empty = new Utf8JsonReader("[]"u8, isFinalBlock: false, json.CurrentState);
        empty.Read();
        empty.Read();
        utf8 = utf8[(begin + length)..];
        json = new Utf8JsonReader(utf8, isFinalBlock: true, empty.CurrentState);
        return true;
    }

    /// <returns>How many bytes the array takes with the white space before it; 0 if it is not as it must be.</returns>
    private static int Scan(ReadOnlySpan<byte> utf8, FeatureRows rows, int mostRows)
    {
        var at = 0;
        if (!Takes(utf8, ref at, (byte)'['))
        {
            return 0;
        }

        var isNested = Takes(utf8, ref at, (byte)'[');
        for (var isLast = false; !isLast;)
        {
            if (rows.Count == mostRows || (isNested && rows.Count > 0 && !Takes(utf8, ref at, (byte)'[')))
            {
                return 0;
            }

            rows.Add();
            if (!TryScanRow(utf8, ref at, rows.Last) || (isNested && !Takes(utf8, ref at, (byte)']')))
            {
                return 0;
            }

            isLast = Takes(utf8, ref at, (byte)']');
            if (!isLast && !Takes(utf8, ref at, (byte)','))
            {
                return 0;
            }
        }

        return at;
    }

    private static bool TryScanRow(ReadOnlySpan<byte> utf8, ref int at, Span<float> row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (i > 0 && !Takes(utf8, ref at, (byte)','))
            {
                return false;
            }

            SkipSpace(utf8, ref at);
            var length = JsonNumber.Read(utf8[at..], out var value);
            at += length;
            row[i] = (float)value;
            if (length is 0 || !float.IsFinite(row[i]))
            {
                return false;
            }
        }

        return row.Length > 0;
    }

    /// <summary>Takes a character, and white space before it, if it comes next.</summary>
    private static bool Takes(ReadOnlySpan<byte> utf8, ref int at, byte expected)
    {
        SkipSpace(utf8, ref at);
        if (at < utf8.Length && utf8[at] == expected)
        {
            at++;
            return true;
        }

        return false;
    }

    private static void SkipSpace(ReadOnlySpan<byte> utf8, ref int at)
    {
        while (at < utf8.Length && utf8[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }
    }
}
