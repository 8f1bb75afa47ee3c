namespace Mlops.Data;

/// <summary>A suite whose every argument is in order, ready to be held against tables.</summary>
/// <remarks>Immutable, and safe for concurrent use; each pass over a table has its own <see cref="SuiteEvaluation"/>.</remarks>
public sealed class CompiledSuite
{
    public const int MaxExpectations = 1_000;
    private const int MaxErrors = 100;

    private CompiledSuite(ExpectationSuite suite, IReadOnlyList<Rule> rules) => (Suite, Rules) = (suite, rules);

    public ExpectationSuite Suite { get; }

    internal IReadOnlyList<Rule> Rules { get; }

    /// <summary>Reads a suite's types and arguments.</summary>
    public static SuiteReading Read(ExpectationSuite suite)
    {
        var errors = new List<SuiteError>();
        var rules = new List<Rule>();
        if (suite.Expectations.Count > MaxExpectations)
        {
            return new SuiteReading.Wrong([new SuiteError("expectations", $"expected at most {MaxExpectations}")]);
        }

        for (var i = 0; i < suite.Expectations.Count; i++)
        {
            var (expectation, path) = (suite.Expectations[i], $"expectations[{i}]");
            if (ExpectationTypes.Find(expectation.Type) is not { } reader)
            {
                errors.Add(new SuiteError($"{path}.type", $"there is no '{Shortened(expectation.Type)}'; {Nearest(expectation.Type)}"));
                continue;
            }

            try
            {
                var args = new Kwargs(expectation, path, errors);
                rules.Add(reader(args));
                args.RefuseUnknown();
            }
            catch (InvalidOperationException)
            {
                // JSON can escape half a character, which only shows when the text is read.
                errors.Add(new SuiteError($"{path}.kwargs", "has a text that is not Unicode"));
            }
        }

        return errors.Count is 0
            ? new SuiteReading.Read(new CompiledSuite(suite, rules))
            : new SuiteReading.Wrong([.. errors.Take(MaxErrors)]);
    }

    private static string Nearest(string type)
    {
        var start = Shortened(type).ToLowerInvariant();
        var near = ExpectationTypes.Names.OrderBy(name => Distance(name, start)).ThenBy(name => name, StringComparer.Ordinal).Take(3);
        return $"nearest are {string.Join(", ", near)}";
    }

    /// <summary>How many letters must be put in, taken out or changed to make one text of the other (Levenshtein).</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        foreach (var letter in left)
        {
            var diagonal = row[0]++;
            for (var i = 0; i < right.Length; i++)
            {
                var changed = diagonal + (right[i] == letter ? 0 : 1);
                diagonal = row[i + 1];
                row[i + 1] = Math.Min(changed, Math.Min(row[i], row[i + 1]) + 1);
            }
        }

        return row[^1];
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : text[..80] + "…";
}

/// <summary>What came of reading a suite.</summary>
public abstract record SuiteReading
{
    private SuiteReading() { }

    public sealed record Read(CompiledSuite Suite) : SuiteReading;

    /// <param name="Errors">Everything that is wrong at once; of very much, the first hundred.</param>
    public sealed record Wrong(IReadOnlyList<SuiteError> Errors) : SuiteReading;
}
