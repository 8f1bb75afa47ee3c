using System.Globalization;
using System.Text;

namespace Mlops.Learning;

/// <summary>What a word is: two or more characters in a row none of which is a separator.</summary>
/// <remarks>
/// Like scikit-learn's default pattern, <c>\w\w+</c>, on text of letters, digits and punctuation. The separators are a table of
/// their own, because ONNX Runtime's regular expressions and .NET's follow different versions of Unicode: from one table come the
/// split here and the pattern there, so that both agree on every string. A to Z become a to z before; other letters keep their
/// case, and a vocabulary knows its words in the forms in which they are met.
/// </remarks>
internal static class TextTokens
{
    private const int Shortest = 2;

    /// <summary>Code points from first to last, ascending: controls, spaces, punctuation, currencies, arrows, symbols, emoji.</summary>
    private static readonly (int First, int Last)[] Separators =
    [
        (0x0, 0x2F), (0x3A, 0x40), (0x5B, 0x5E), (0x60, 0x60), (0x7B, 0xA9), (0xAB, 0xB1), (0xB4, 0xB4), (0xB6, 0xB8), (0xBB, 0xBB),
        (0xBF, 0xBF), (0xD7, 0xD7), (0xF7, 0xF7), (0x37E, 0x37E), (0x387, 0x387), (0x55A, 0x55F), (0x589, 0x58A), (0x5BE, 0x5BE),
        (0x5C0, 0x5C0), (0x5C3, 0x5C3), (0x5F3, 0x5F4), (0x60C, 0x60D), (0x61B, 0x61F), (0x66A, 0x66D), (0x6D4, 0x6D4),
        (0x964, 0x965), (0x970, 0x970), (0xE3F, 0xE3F), (0xE4F, 0xE4F), (0xE5A, 0xE5B), (0x1680, 0x1680), (0x180E, 0x180E),
        (0x2000, 0x206F), (0x207A, 0x207E), (0x208A, 0x208E), (0x20A0, 0x20CF), (0x2190, 0x245F), (0x249C, 0x24E9), (0x2500, 0x2775),
        (0x2794, 0x2BFF), (0x2E00, 0x2E7F), (0x3000, 0x3004), (0x3008, 0x3020), (0x3030, 0x3030), (0x303D, 0x303F), (0x30A0, 0x30A0),
        (0x30FB, 0x30FB), (0xE000, 0xF8FF), (0xFE00, 0xFE1F), (0xFE30, 0xFE6F), (0xFEFF, 0xFEFF), (0xFF01, 0xFF0F), (0xFF1A, 0xFF20),
        (0xFF3B, 0xFF3E), (0xFF40, 0xFF40), (0xFF5B, 0xFF65), (0xFFE0, 0xFFFF), (0x1F000, 0x1FAFF), (0xE0000, 0x10FFFF),
    ];

    private static readonly bool[] IsAsciiLetterOrDigit = [.. Enumerable.Range(0, 128).Select(code => !IsSeparator(new Rune(code)))];

    /// <summary>The same words as a regular expression in the syntax of RE2.</summary>
    public static string Pattern { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"[^{string.Concat(Separators.Select(range => $@"\x{{{range.First:x}}}-\x{{{range.Last:x}}}"))}]{{{Shortest},}}");

    /// <summary>The words of a text in order, their ASCII letters small.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var (start, characters, at) = (0, 0, 0);
        while (at < text.Length)
        {
            // Half a surrogate pair arrives in the graph as U+FFFD, which is a separator, and is read as that here.
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            if (rune.IsAscii ? !IsAsciiLetterOrDigit[rune.Value] : IsSeparator(rune))
            {
                if (characters >= Shortest)
                {
                    yield return LowerAscii(text[start..at]);
                }

                (start, characters) = (at + length, 0);
            }
            else
            {
                characters++;
            }

            at += length;
        }

        if (characters >= Shortest)
        {
            yield return LowerAscii(text[start..]);
        }
    }

    /// <summary>The one form of a word that stands for all.</summary>
    public static string Fold(string word) => word.ToLowerInvariant();

    /// <summary>The forms, ASCII letters small, in which a folded word may be met: as it is, capitalised and in capitals.</summary>
    public static IEnumerable<string> Forms(string folded)
    {
        Rune.DecodeFromUtf16(folded, out var first, out var length);
        var capitals = LowerAscii(folded.ToUpperInvariant());
        var capitalised = LowerAscii(Rune.ToUpperInvariant(first) + folded[length..]);
        return new[] { folded, capitalised, capitals }.Where(form => Fold(form) == folded).Distinct(StringComparer.Ordinal);
    }

    private static string LowerAscii(string text) =>
        text.Any(char.IsAsciiLetterUpper)
            ? string.Create(text.Length, text, (target, source) =>
            {
                for (var i = 0; i < target.Length; i++)
                {
                    target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
                }
            })
            : text;

    private static bool IsSeparator(Rune rune)
    {
        var (low, high) = (0, Separators.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (rune.Value < Separators[middle].First)
            {
                high = middle - 1;
            }
            else if (rune.Value > Separators[middle].Last)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
