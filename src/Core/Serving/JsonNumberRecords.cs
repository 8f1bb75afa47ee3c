using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Reads objects of nothing but numbers by name, without making tokens of them.</summary>
internal static class JsonNumberRecords
{
    /// <summary>
    /// Reads <c>[{"a": 1, "b": 2.5}, {"a": 3, "b": 4}]</c> into rows of 32-bit floats. Every object must have every name once, and all in
    /// the same order.
    /// </summary>
    /// <param name="json">At the name of a property. If all is well it is left at the end of the property's value, else where it was.</param>
    /// <param name="utf8">What the reader reads; left as what it goes on to read.</param>
    /// <param name="rows">Without rows, of a number for each name and no strings; left so if all is not well.</param>
    /// <param name="order">Room for an index for each name.</param>
    /// <param name="mostRows">How many rows there may be; null if there is a single object and no array.</param>
    /// <returns>False if the value is anything else, wrong or only unusual: then a reading by tokens finds out what.</returns>
    public static bool TryRead(
        ref Utf8JsonReader json, ref ReadOnlySpan<byte> utf8, FeatureRows rows, Utf8Names names, Span<int> order, int? mostRows)
    {
        var begin = (int)json.BytesConsumed;
        var end = Scan(utf8, begin, rows, names, order, mostRows);
        if (end < 0)
        {
            rows.Clear();
            return false;
        }

        JsonScan.Resume(ref json, ref utf8, end);
        return true;
    }

    /// <returns>Where the value ends; −1 if it is not as it must be.</returns>
    private static int Scan(ReadOnlySpan<byte> utf8, int at, FeatureRows rows, Utf8Names names, Span<int> order, int? mostRows)
    {
        if (mostRows is not null && !JsonScan.Takes(utf8, ref at, (byte)'['))
        {
            return -1;
        }

        for (var isLast = false; !isLast;)
        {
            if (rows.Count == mostRows)
            {
                return -1;
            }

            rows.Add();
            at = rows.Count is 1 ? ScanFirst(utf8, at, rows.Last, names, order) : ScanRecord(utf8, at, rows.Last, names, order);
            if (at < 0)
            {
                return -1;
            }

            isLast = mostRows is null || JsonScan.Takes(utf8, ref at, (byte)']');
            if (!isLast && !JsonScan.Takes(utf8, ref at, (byte)','))
            {
                return -1;
            }
        }

        return at;
    }

    /// <summary>Reads the first object, and finds in which order it has its names.</summary>
    private static int ScanFirst(ReadOnlySpan<byte> utf8, int begin, Span<float> row, Utf8Names names, Span<int> order)
    {
        Span<bool> isFound = order.Length <= 256 ? stackalloc bool[order.Length] : new bool[order.Length];
        var at = begin;
        for (var i = 0; i < order.Length; i++)
        {
            var mark = i is 0 ? (byte)'{' : (byte)',';
            // Clients mostly send features in the signature's order.
            var after = AfterName(utf8, at, mark, names[i]);
            var feature = i;
            if (after < 0)
            {
                (feature, after) = FindName(utf8, at, mark, names);
            }

            if (after < 0 || isFound[feature] || (at = JsonScan.ReadNumber(utf8, after, out row[feature])) < 0)
            {
                return -1;
            }

            (order[i], isFound[feature]) = (feature, true);
        }

        return order.Length > 0 && JsonScan.Takes(utf8, ref at, (byte)'}') ? at : -1;
    }

    /// <returns>Which name the next member has, and where its value begins, −1 if it is none.</returns>
    private static (int Feature, int After) FindName(ReadOnlySpan<byte> utf8, int begin, byte mark, Utf8Names names)
    {
        var at = begin;
        if (!JsonScan.Takes(utf8, ref at, mark) || !JsonScan.Takes(utf8, ref at, (byte)'"'))
        {
            return (-1, -1);
        }

        var length = utf8[at..].IndexOf((byte)'"');
        var feature = length < 0 ? -1 : names.Find(utf8.Slice(at, length));
        at += length + 1;
        return feature >= 0 && JsonScan.Takes(utf8, ref at, (byte)':') ? (feature, at) : (-1, -1);
    }

    private static int ScanRecord(ReadOnlySpan<byte> utf8, int begin, Span<float> row, Utf8Names names, ReadOnlySpan<int> order)
    {
        var at = begin;
        for (var i = 0; i < order.Length; i++)
        {
            var feature = order[i];
            at = AfterName(utf8, at, i is 0 ? (byte)'{' : (byte)',', names[feature]);
            if (at < 0 || (at = JsonScan.ReadNumber(utf8, at, out row[feature])) < 0)
            {
                return -1;
            }
        }

        return JsonScan.Takes(utf8, ref at, (byte)'}') ? at : -1;
    }

    /// <returns>Where the value of a member begins that has this name; −1 if the next one has not.</returns>
    private static int AfterName(ReadOnlySpan<byte> utf8, int begin, byte mark, ReadOnlySpan<byte> name)
    {
        var at = begin;
        if (!JsonScan.Takes(utf8, ref at, mark) || !JsonScan.Takes(utf8, ref at, (byte)'"'))
        {
            return -1;
        }

        var end = at + name.Length;
        if (end >= utf8.Length || !utf8[at..end].SequenceEqual(name) || utf8[end] is not (byte)'"')
        {
            return -1;
        }

        at = end + 1;
        return JsonScan.Takes(utf8, ref at, (byte)':') ? at : -1;
    }
}
