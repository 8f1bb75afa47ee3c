using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Mlops.Tracking;

/// <summary>A run's identity, which says where its row is.</summary>
/// <remarks>
/// 32 lower-case hexadecimal digits: 8 of the experiment's number, 12 of 2⁴⁸−1 less the start time in Unix milliseconds, 12 to tell
/// apart runs of one millisecond. So getting a run needs no index, and an experiment's runs lie newest first.
/// </remarks>
public sealed record RunId : IParsable<RunId>
{
    private const int Digits = 32;
    private const int ExperimentDigits = 8;
    private const long LatestTime = (1L << 48) - 1;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    private RunId(string value) => Value = value;

    public string Value { get; }

    internal uint Experiment => uint.Parse(Value.AsSpan(0, ExperimentDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>The part of the id that orders runs within their experiment.</summary>
    internal string Place => Value[ExperimentDigits..];

    /// <param name="experiment">The experiment's number.</param>
    /// <param name="start">When the run started, not before 1970.</param>
    /// <param name="ids">Gives the digits that tell apart runs of one millisecond.</param>
    internal static RunId New(uint experiment, DateTimeOffset start, IdSource ids)
    {
        Span<byte> own = stackalloc byte[6];
        ids.Fill(own);
        var inverted = LatestTime - start.ToUnixTimeMilliseconds();
        return At(experiment, string.Create(CultureInfo.InvariantCulture, $"{inverted:x12}{Convert.ToHexStringLower(own)}"));
    }

    /// <summary>The run at a place of an experiment.</summary>
    internal static RunId At(uint experiment, string place) =>
        Parse(string.Create(CultureInfo.InvariantCulture, $"{experiment:x8}{place}"));

    public static RunId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not a run id.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out RunId result)
    {
        result = s is { Length: Digits } && !s.AsSpan().ContainsAnyExcept(Hexadecimal) ? new(s) : null;
        return result is not null;
    }

    public override string ToString() => Value;
}
