using System.Globalization;
using System.Text.Json;

namespace Mlops.Data;

/// <summary>An expectation that the data suggests, and why.</summary>
/// <param name="Rule">The rule that suggests it, by the name that Deequ or TensorFlow Data Validation has for it.</param>
/// <param name="Reason">What was seen.</param>
/// <param name="Kept">Whether the rows held out, and the table as a whole, meet it; otherwise it is no part of the suite.</param>
public sealed record Suggestion(Expectation Expectation, string Rule, string Reason, bool Kept);

/// <summary>A suite made from a table that is trusted.</summary>
/// <param name="SuggestedFromRows">The rows that suggestions were made from.</param>
/// <param name="HeldOutRows">The rows that they were tried on.</param>
public sealed record InferredSuite(
    ExpectationSuite Suite, IReadOnlyList<Suggestion> Suggestions, long SuggestedFromRows, long HeldOutRows);

/// <summary>Finds out what may be expected of a data set from a version of it that is trusted.</summary>
/// <remarks>
/// <para>Rules and thresholds are those of Deequ's constraint suggestion (completeness, uniqueness, categories, non-negative numbers,
/// types) and of TensorFlow Data Validation's schema inference (the columns; domains of at most 100 values). Shares are the
/// lower ends of Wilson's 95 % intervals, for as many rows as are held out, rounded down to hundredths, so that a share seen in few rows
/// does not ask too much. Uniqueness is not suggested
/// for measured numbers, which are different from each other by nature and not by design.</para>
/// <para>One rule is our own, <c>PlausibleRange</c>: numbers may lie as far outside those seen as these are apart. It is there for
/// mistaken units and slipped decimal points, and only warns, since a larger number than ever before is often a true one.</para>
/// <para>Suggestions are made from four rows of five, drawn by the seed, and kept if the fifth and all rows together meet them.</para>
/// </remarks>
public static class SuiteInference
{
    public const double HeldOutShare = 0.2;
    private const double NearlyUnique = 0.08, FewCompleteness = 0.2, SeenOnce = 0.1, FractionalDistinct = 0.4, Coverage = 0.9;
    private const int MaxDomain = 100, FewestForRange = 30;
    private const double Normal = 1.959964;

    /// <param name="open">Opens the table; called twice.</param>
    public static async Task<InferredSuite> RunAsync(
        Func<CancellationToken, Task<Stream>> open, CsvLimits limits, OnUpload onUpload, long seed, CancellationToken cancellationToken)
    {
        var columns = new SuggestingProfile();
        await PassAsync(open, new HoldOutSink(columns, seed, HeldOutShare, takesHeldOut: false), limits, cancellationToken);
        var drafts = columns.Columns().SelectMany(Suggest).Prepend(Columns(columns.Names)).ToList();
        drafts = [.. drafts.Take(CompiledSuite.MaxExpectations)];
        var read = CompiledSuite.Read(new ExpectationSuite([.. drafts.Select(draft => draft.Expectation)]));
        var compiled = read is SuiteReading.Read(var suite)
            ? suite
            : throw new InvalidOperationException($"A suggestion is not in order: {read}");
        var threads = Environment.ProcessorCount;
        var (all, heldOut) = (new SuiteEvaluation(compiled, threads), new SuiteEvaluation(compiled, threads));
        await PassAsync(
            open, new BothSinks(all, new HoldOutSink(heldOut, seed, HeldOutShare, takesHeldOut: true)), limits, cancellationToken);
        var suggestions = drafts.Select((draft, place) => draft with { Kept = all.IsMet(place) && heldOut.IsMet(place) }).ToList();
        return new InferredSuite(
            new ExpectationSuite([.. suggestions.Where(one => one.Kept).Select(one => one.Expectation)], onUpload),
            suggestions,
            columns.Rows,
            heldOut.Rows);
    }

    /// <summary>The lower end of Wilson's 95 % interval of a share, rounded down to hundredths.</summary>
    public static double LowerBound(long part, long whole)
    {
        var share = part / (double)whole;
        var square = Normal * Normal;
        var middle = share + (square / (2 * whole));
        var half = Normal * Math.Sqrt((share * (1 - share) / whole) + (square / (4.0 * whole * whole)));
        return Math.Floor(100 * Math.Max(0, (middle - half) / (1 + (square / whole)))) / 100;
    }

    /// <summary>The bound that so few rows as are held out would give, for they must meet it.</summary>
    private static double HeldOutBound(long part, long whole)
    {
        const double Fewer = HeldOutShare / (1 - HeldOutShare);
        return LowerBound((long)(Fewer * part), Math.Max(1, (long)(Fewer * whole)));
    }

    private static async Task PassAsync(
        Func<CancellationToken, Task<Stream>> open, CsvSink sink, CsvLimits limits, CancellationToken cancellationToken)
    {
        await using var content = await open(cancellationToken);
        if (await CsvReader.ReadAsync(content, sink, limits, cancellationToken) is { } fault)
        {
            throw new InvalidDataException($"Line {fault.Line}: {fault.Reason}");
        }
    }

    private static Suggestion Columns(IReadOnlyList<string> names) => Of(
        "expect_table_columns_to_match_set", "ColumnSet", $"The table has {names.Count} columns.", ("column_set", names));

    private static IEnumerable<Suggestion> Suggest(SuggestingColumn column)
    {
        var (name, count, missing) = (column.Schema.Name, column.Statistics.Count, column.Statistics.Missing);
        var rows = count + missing;
        if (count is 0)
        {
            yield break;
        }

        var completeness = count / (double)rows;
        if (missing is 0)
        {
            yield return Of("expect_column_values_to_not_be_null", "CompleteIfComplete", "No value is missing.", ("column", name));
        }
        else if (completeness > FewCompleteness)
        {
            yield return Of(
                "expect_column_values_to_not_be_null", "RetainCompleteness", Told($"{completeness:P1} of the values are there."),
                ("column", name), ("mostly", HeldOutBound(count, rows)));
        }

        if (column.Schema.Type is not (ColumnType.Category or ColumnType.Text))
        {
            yield return Of(
                "expect_column_values_to_be_of_type", "RetainType", $"Every value reads as {Lower(column.Schema.Type)}.",
                ("column", name), ("type_", Lower(column.Schema.Type)));
        }

        var isKey = column.Schema.Type is ColumnType.Integer or ColumnType.Text or ColumnType.Category
            && missing is 0 && rows > 1 && Math.Abs(1 - (column.Statistics.Distinct / (double)count)) <= NearlyUnique;
        if (isKey)
        {
            yield return Of(
                "expect_column_values_to_be_unique", "UniqueIfApproximatelyUnique",
                Told($"{column.Statistics.Distinct} of {count} values are different."), ("column", name));
        }

        if (column.Schema.Type is ColumnType.Integer or ColumnType.Number && column.Statistics.Numbers is { Minimum: >= 0 } numbers)
        {
            yield return Of(
                "expect_column_values_to_be_between", "NonNegativeNumbers", Told($"The least number is {numbers.Minimum}."),
                ("column", name), ("min_value", 0));
        }

        if (!isKey && count >= FewestForRange && column.Statistics.Numbers is { } seen && seen.Maximum > seen.Minimum)
        {
            yield return Range(name, seen);
        }

        if (column.Schema.Type is ColumnType.Category or ColumnType.Text && Domain(column, name, count) is { } domain)
        {
            yield return domain;
        }
    }

    private static Suggestion Range(string name, NumberStatistics seen)
    {
        var width = seen.Maximum - seen.Minimum;
        var most = RoundedAway(seen.Maximum + width);
        var reason = Told($"The numbers go from {seen.Minimum} to {seen.Maximum}.");
        var range = seen.Minimum >= 0
            ? Of("expect_column_values_to_be_between", "PlausibleRange", reason, ("column", name), ("max_value", most))
            : Of(
                "expect_column_values_to_be_between", "PlausibleRange", reason,
                ("column", name), ("min_value", -RoundedAway(width - seen.Minimum)), ("max_value", most));
        return range with { Expectation = range.Expectation with { Severity = ExpectationSeverity.Warning } };
    }

    /// <summary>A number, rounded up to two digits that count if it is positive, for a bound that is as rough as it looks.</summary>
    private static double RoundedAway(double number)
    {
        if (number <= 0 || !double.IsFinite(number))
        {
            return Math.Min(number, double.MaxValue);
        }

        // As a decimal text, so that 50 does not become 50.00000000000001.
        var exponent = (int)Math.Floor(Math.Log10(number)) - 1;
        var digits = Math.Ceiling((number / Math.Pow(10, exponent)) - 1e-9);
        var rounded = double.Parse(Told($"{digits}e{exponent}"), CultureInfo.InvariantCulture);
        return double.IsFinite(rounded) ? rounded : double.MaxValue;
    }

    private static Suggestion? Domain(SuggestingColumn column, string name, long count)
    {
        if (column.Values is not { Count: > 0 } values)
        {
            return null;
        }

        var once = values.Count(value => value.Count is 1);
        if (values.Count <= MaxDomain && once <= SeenOnce * values.Count)
        {
            return Of(
                "expect_column_values_to_be_in_set", "CategoricalRange", $"There are {values.Count} different values, {once} seen once.",
                ("column", name), ("value_set", values.Select(value => value.Value).Order(StringComparer.Ordinal)));
        }

        var top = new List<ValueCount>();
        var covered = 0L;
        foreach (var value in values.TakeWhile(_ => covered < Coverage * count))
        {
            top.Add(value);
            covered += value.Count;
        }

        return values.Count <= FractionalDistinct * count && top.Count <= MaxDomain
            ? Of(
                "expect_column_values_to_be_in_set", "FractionalCategoricalRange",
                Told($"{top.Count} values are {covered / (double)count:P1} of all."),
                ("column", name), ("value_set", top.Select(value => value.Value).Order(StringComparer.Ordinal)),
                ("mostly", HeldOutBound(covered, count)))
            : null;
    }

    private static Suggestion Of(string type, string rule, string reason, params ReadOnlySpan<(string Name, object Value)> kwargs)
    {
        var arguments = new Dictionary<string, JsonElement>();
        foreach (var (name, value) in kwargs)
        {
            arguments[name] = Finding.Json(value);
        }

        return new Suggestion(new Expectation(type, arguments), rule, reason, Kept: false);
    }

    private static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Lower(ColumnType type) => type.ToString().ToLowerInvariant();
}
