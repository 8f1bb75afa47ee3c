using System.Globalization;
using System.Text.Json;

namespace Mlops.Data;

internal enum Figure { Mean, Median, StandardDeviation, Sum, Minimum, Maximum }

/// <summary>One figure of a column's numbers must lie between bounds.</summary>
/// <remarks>
/// The standard deviation is a sample's (n − 1). The median is exact up to 2,097,152 numbers and beyond that of an even sample of more than
/// half as many, whose ranks are off by at most 0.16 % with 99 % confidence; then <c>details.exact</c> is false.
/// </remarks>
internal sealed class FigureEvaluator(int column, Figure figure, Bounds bounds) : Evaluator
{
    /// <summary>16 MiB of numbers.</summary>
    public const int SampleSize = 2 * 1024 * 1024;

    private readonly NumberStream _numbers = new(
        figure is Figure.Median ? SampleSize : 0, takesInstants: figure is Figure.Minimum or Figure.Maximum);

    public override void Take(in RowView row) => _numbers.Add(row, column);

    public override Finding Find()
    {
        if (_numbers.Fault is { } fault)
        {
            return Finding.Unable(fault);
        }

        if (_numbers.Count is 0)
        {
            return new Finding(false, new ResultDetails(_numbers.Elements, _numbers.Missing), "There are no numbers.");
        }

        var moments = _numbers.Moments();
        var value = figure switch
        {
            Figure.Mean => moments.Mean,
            Figure.Median => _numbers.Quantiles([0.5])[0],
            Figure.StandardDeviation => moments.StandardDeviation,
            Figure.Sum => moments.Mean * moments.Count,
            Figure.Minimum => moments.Minimum,
            _ => moments.Maximum,
        };
        var observed = _numbers.AreInstants ? Finding.Json(Instant(value)) : Finding.Json(value);
        var details = figure is Figure.Median
            ? new Dictionary<string, JsonElement> { ["exact"] = Finding.Json(_numbers.AreRanksExact) }
            : null;
        return new Finding(
            bounds.Hold(value), new ResultDetails(_numbers.Elements, _numbers.Missing, ObservedValue: observed, Details: details));
    }

    private static string Instant(double unixSeconds) =>
        DateTime.UnixEpoch.AddSeconds(unixSeconds).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Quantiles of a column's numbers must lie in ranges.</summary>
/// <remarks>As exact as <see cref="FigureEvaluator"/>'s median. Between two ranks a quantile is interpolated linearly, as numpy does.</remarks>
internal sealed class QuantileEvaluator(int column, IReadOnlyList<double> shares, IReadOnlyList<Bounds> ranges) : Evaluator
{
    private readonly NumberStream _numbers = new(FigureEvaluator.SampleSize);

    public override void Take(in RowView row) => _numbers.Add(row, column);

    public override Finding Find()
    {
        if ((_numbers.Fault ?? (_numbers.Count is 0 ? "There are no numbers." : null)) is { } fault)
        {
            return Finding.Unable(fault);
        }

        var values = _numbers.Quantiles(shares);
        var met = values.Zip(ranges, (value, range) => range.Hold(value)).ToList();
        return new Finding(met.TrueForAll(holds => holds), new ResultDetails(
            _numbers.Elements,
            _numbers.Missing,
            ObservedValue: Finding.Json(new Dictionary<string, IReadOnlyList<double>> { ["quantiles"] = shares, ["values"] = values }),
            Details: new Dictionary<string, JsonElement>
            {
                ["success_details"] = Finding.Json(met),
                ["exact"] = Finding.Json(_numbers.AreRanksExact),
            }));
    }
}

/// <summary>How many different values there are, or which share of the values that is, must lie between bounds.</summary>
/// <remarks>
/// Counted exactly while they fit into memory, as texts without the spaces around them. Beyond that the estimate decides if it is
/// eight percent, five standard errors, clear of the bounds; otherwise there is no verdict.
/// </remarks>
internal sealed class DistinctCountEvaluator(int column, bool asShare, Bounds bounds, DistinctBudget budget) : Evaluator
{
    private const double Doubt = 0.08;

    private readonly DistinctSet _seen = new(budget);
    private long _elements;
    private long _missing;

    public override int Cost => 5;

    public override void Claim(int rows) => _seen.Claim(rows);

    public override void Take(in RowView row)
    {
        _elements++;
        if (row[column].IsMissing)
        {
            _missing++;
        }
        else
        {
            _seen.Add(row.Hash(column));
        }
    }

    public override Finding Find()
    {
        var present = _elements - _missing;
        var count = Math.Min(_seen.Count, present);
        var observed = asShare ? (present is 0 ? 0 : count / (double)present) : count;
        var details = new Dictionary<string, JsonElement> { ["exact"] = Finding.Json(!_seen.IsOverflowing) };
        var isMet = bounds.Hold(observed);
        var isInDoubt = _seen.IsOverflowing
            && (bounds.Hold(observed * (1 - Doubt)) != isMet || bounds.Hold(Math.Min(observed * (1 + Doubt), asShare ? 1 : present)) != isMet);
        return new Finding(
            isMet && !isInDoubt,
            new ResultDetails(
                _elements, _missing, ObservedValue: asShare ? Finding.Json(observed) : Finding.Json(count), Details: details),
            isInDoubt ? "There are too many distinct values to decide: they do not fit into memory and the estimate is too near a bound." : null);
    }
}

internal enum SetRelation { In, Contain, Equal }

/// <summary>The different values of a column must be in a set, contain it, or be it.</summary>
internal sealed class DistinctSetEvaluator(int column, ValueSet set, SetRelation relation) : Evaluator
{
    private const int MaxOthers = 100, MaxOtherBytes = 64 * 1024;

    private readonly long[] _counts = new long[set.Values.Count];
    private readonly TokenCounts _others = new(MaxOthers, MaxOtherBytes);
    private long _elements;
    private long _missing;
    private long _outside;

    public override void Take(in RowView row)
    {
        _elements++;
        if (row[column].IsMissing)
        {
            _missing++;
        }
        else if (set.Find(row, column) is var place and >= 0)
        {
            _counts[place]++;
        }
        else
        {
            _outside++;
            _others.TryAdd(row.Text(column), TextHash.Of(row.Text(column)));
        }
    }

    /// <remarks>Of values outside the set, the first hundred are told.</remarks>
    public override Finding Find()
    {
        var repeated = set.Values.Select((value, place) => (Text: value.GetRawText(), place)).GroupBy(value => value.Text)
            .Any(group => group.All(value => _counts[value.place] is 0));
        var success = relation switch
        {
            SetRelation.In => _outside is 0,
            SetRelation.Contain => !repeated,
            _ => _outside is 0 && !repeated,
        };
        var others = _others.Top(MaxOthers).Select(other => (Value: RowValue.OfText(other.Value), other.Count));
        var seen = set.Values.Zip(_counts, (value, count) => (Value: value, Count: count)).Where(value => value.Count > 0)
            .Concat(others).OrderBy(value => value.Value.ToString(), StringComparer.Ordinal).ToList();
        var counts = new Dictionary<string, object>
        {
            ["values"] = seen.Select(value => value.Value).ToList(),
            ["counts"] = seen.Select(value => value.Count).ToList(),
        };
        return Finding.Observed(
            success,
            seen.Select(value => value.Value).ToList(),
            new Dictionary<string, JsonElement> { ["value_counts"] = Finding.Json(counts) },
            _elements);
    }
}
