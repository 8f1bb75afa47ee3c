using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Mlops.LocalHost.Blobs;

/// <summary>The path of a blob trigger: a container, then a pattern with names in braces, <c>uploads/{dataset}/{file}</c>.</summary>
/// <remarks>A name in braces stands for one or more characters, slashes too, as many as fit, as in the Functions host.</remarks>
internal sealed partial class BlobPattern
{
    private readonly Regex _shape;

    private BlobPattern(string container, Regex shape) =>
        (Container, _shape, Tokens) = (container, shape, [.. shape.GetGroupNames().Where(name => name is not "0")]);

    public string Container { get; }

    /// <summary>The names in braces.</summary>
    public IReadOnlyList<string> Tokens { get; }

    public static bool TryParse(string path, [NotNullWhen(true)] out BlobPattern? pattern)
    {
        pattern = null;
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1 || !ContainerName().IsMatch(path[..slash]))
        {
            return false;
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var shape = new System.Text.StringBuilder("^");
        // Splitting at a captured group gives what lies between the tokens and the tokens in turn.
        foreach (var (index, part) in Token().Split(path[(slash + 1)..]).Index())
        {
            var isToken = index % 2 is 1;
            if (isToken ? !names.Add(part) : part.AsSpan().ContainsAny("{}"))
            {
                return false;
            }

            shape.Append(isToken ? $"(?<{part.Trim('{', '}')}>.+)" : Regex.Escape(part));
        }

        var regex = new Regex(shape.Append("\\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        pattern = new(path[..slash], regex);
        return true;
    }

    /// <summary>What the names stand for in a path below the container; null if the path does not fit.</summary>
    public IReadOnlyDictionary<string, object?>? Match(string path)
    {
        var match = _shape.Match(path);
        return match.Success
            ? Tokens.ToDictionary(name => name, object? (name) => match.Groups[name].Value, StringComparer.OrdinalIgnoreCase)
            : null;
    }

    [GeneratedRegex(@"(\{[A-Za-z_][A-Za-z0-9_]*\})")]
    private static partial Regex Token();

    [GeneratedRegex(@"^[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]\z")]
    private static partial Regex ContainerName();
}
