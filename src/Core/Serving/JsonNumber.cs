using System.Buffers.Text;

namespace Mlops.Serving;

/// <summary>Reads the number that a JSON token is, rounded correctly to a double.</summary>
internal static class JsonNumber
{
    private const ulong LargestExact = 1UL << 53;

    /// <summary>As many digits as certainly fit 64 bits.</summary>
    private const int MaxLength = 19;

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ];

    /// <param name="token">A number in JSON's grammar.</param>
    /// <returns>Infinity if it is too large for a double.</returns>
    /// <remarks>Digits up to 2^53 over a power of ten up to 18 are both exact, so that one division rounds once, as Clinger showed
    /// (How to Read Floating Point Numbers Accurately, 1990). Other numbers take the general way.</remarks>
    public static double Parse(ReadOnlySpan<byte> token)
    {
        var at = token[0] is (byte)'-' ? 1 : 0;
        var digits = 0UL;
        var point = -1;
        for (; at < token.Length && at < MaxLength; at++)
        {
            var digit = (uint)(token[at] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
            }
            else if (token[at] is (byte)'.')
            {
                point = at;
            }
            else
            {
                break;
            }
        }

        if (at < token.Length || digits > LargestExact)
        {
            return General(token);
        }

        var value = point < 0 ? digits : digits / PowersOfTen[token.Length - point - 1];
        return token[0] is (byte)'-' ? -value : value;
    }

    private static double General(ReadOnlySpan<byte> token) =>
        Utf8Parser.TryParse(token, out double value, out _) ? value : double.NaN;
}
