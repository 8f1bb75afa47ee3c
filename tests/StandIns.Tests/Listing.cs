using System.Text.RegularExpressions;

namespace Mlops.StandIns;

/// <summary>The listing of an official package's public API, one line per type or member.</summary>
internal static partial class Listing
{
    /// <summary>Facts about the official package's history and inside that its callers do not compile against.</summary>
    private static readonly string[] Remarks = ["obsolete", "experimental", "later than", "no accessible constructor", "has non-public abstract members"];

    public static IReadOnlyDictionary<string, SurfaceEntry> Parse(IEnumerable<string> lines) =>
        lines
            .Where(line => line.Length > 0 && line[0] is not '#')
            .Select(ParseLine)
            .ToDictionary(entry => entry.Id, StringComparer.Ordinal);

    private static SurfaceEntry ParseLine(string line)
    {
        var parts = line.Split("  # ", 2);
        var facts = parts is [_, var said] ? Split(said) : [];
        var accessors = facts.FirstOrDefault(fact => fact.StartsWith('{')) is { } block
            ? block.Trim('{', '}', ' ').Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [];
        facts.RemoveAll(fact => fact.StartsWith('{') || Remarks.Any(remark => fact.StartsWith(remark, StringComparison.Ordinal)));
        if (parts[0].StartsWith("T:", StringComparison.Ordinal))
        {
            var type = TypeLine().Match(parts[0]);
            var bases = type.Groups["bases"].Value.Split(", ", StringSplitOptions.RemoveEmptyEntries);
            return new SurfaceEntry(type.Groups["id"].Value, type.Groups["kind"].Value, bases, accessors, facts);
        }

        var arrow = parts[0].Split(" -> ", 2);
        return new SurfaceEntry(arrow[0], arrow is [_, var result] ? result : "", [], accessors, facts);
    }

    /// <summary>Splits at semicolons outside brackets, braces and quotes.</summary>
    private static List<string> Split(string facts) =>
        [.. FactPattern().Matches(facts).Select(match => match.Value.Trim()).Where(fact => fact.Length > 0)];

    [GeneratedRegex(@"^(?<id>\S+) : ((?<bases>.*) )?\((?<kind>[a-z ]+)\)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""(\{[^{}]*\}|\([^()]*\)|"[^"]*"|[^;])+""")]
    private static partial Regex FactPattern();
}
