using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Reads JSON past its reader, for what comes in such numbers that a token of each takes too long.</summary>
internal static class JsonScan
{
    /// <summary>Takes a character, and white space before it, if it comes next.</summary>
    public static bool Takes(ReadOnlySpan<byte> utf8, ref int at, byte expected)
    {
        at = SkipSpace(utf8, at);
        if (at < utf8.Length && utf8[at] == expected)
        {
            at++;
            return true;
        }

        return false;
    }

    public static int SkipSpace(ReadOnlySpan<byte> utf8, int at)
    {
        while (at < utf8.Length && utf8[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    /// <summary>Reads any number with the white space around it.</summary>
    /// <returns>Where it ends; −1 if it is none or too large.</returns>
    public static int ReadNumber(ReadOnlySpan<byte> utf8, int begin, out float value)
    {
        var at = SkipSpace(utf8, begin);
        var length = JsonNumber.Read(utf8[at..], out var exact);
        value = (float)exact;
        return length > 0 && float.IsFinite(value) ? SkipSpace(utf8, at + length) : -1;
    }

    /// <summary>Has a reader go on behind a value that was read past it.</summary>
    /// <param name="json">At the name of the value.</param>
    /// <param name="utf8">What the reader reads; left as what it goes on to read.</param>
    /// <param name="end">Where the value ends.</param>
    /// <remarks>After it a <see cref="JsonException"/> may tell another line than the true one.</remarks>
    public static void Resume(ref Utf8JsonReader json, ref ReadOnlySpan<byte> utf8, int end)
    {
        // To the reader, the end of any value is as the end of an empty array.
        var empty = new Utf8JsonReader("[]"u8, isFinalBlock: false, json.CurrentState);
        empty.Read();
        empty.Read();
        utf8 = utf8[end..];
        json = new Utf8JsonReader(utf8, isFinalBlock: true, empty.CurrentState);
    }
}
