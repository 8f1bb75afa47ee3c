using System.Text.Json;

namespace Mlops.Data;

/// <summary>The distribution that a column is held against: weights of values, or of the bins between ascending bounds.</summary>
/// <param name="Bins">One more than weights; null if it is of values.</param>
/// <param name="TailWeights">Of what lies below the first and above the last bound.</param>
internal sealed record Partition(ValueSet? Values, double[]? Bins, double[] Weights, double[]? TailWeights);

/// <summary>How far a column's distribution is from an expected one: the Kullback–Leibler divergence Σ p ln(p / q), in nats.</summary>
/// <remarks>
/// Both are brought to sum 1. Of values, those that are not in the partition share <c>tail_weight_holdout</c> alike, the others
/// losing it. Of bins (each with its lower bound, the last one with its upper one too), each tail gets half of it, and bins of weight 0
/// share <c>internal_weight_holdout</c>. Where something is that has no weight the divergence is infinite, and not less than anything.
/// </remarks>
internal sealed class DivergenceEvaluator(
    int column, Partition partition, double? threshold, double tailHoldout, double internalHoldout) : Evaluator
{
    private const int MaxOthers = 10_000, MaxOtherBytes = 1024 * 1024;

    private readonly long[] _counts = new long[partition.Weights.Length];
    private readonly TokenCounts _others = new(MaxOthers, MaxOtherBytes);
    private long _below;
    private long _above;
    private long _elements;
    private long _missing;
    private string? _fault;

    public override void Take(in RowView row)
    {
        _elements++;
        if (row[column].IsMissing)
        {
            _missing++;
        }
        else if (partition.Bins is { } bins)
        {
            TakeNumber(row, bins);
        }
        else if (partition.Values!.Find(row, column) is var place and >= 0)
        {
            _counts[place]++;
        }
        else if (!_others.TryAdd(row.Text(column), TextHash.Of(row.Text(column))))
        {
            _fault ??= $"There are more than {MaxOthers} different values that the partition does not have.";
        }
    }

    public override Finding Find()
    {
        var present = _elements - _missing;
        if ((_fault ?? (present is 0 ? "There are no values." : null)) is { } fault)
        {
            return Finding.Unable(fault);
        }

        var (observed, expected) = partition.Bins is null ? OfValues() : OfBins();
        var divergence = Divergence(observed, expected);
        var details = new Dictionary<string, JsonElement>
        {
            ["observed_weights"] = Finding.Json(observed.Select(count => count / (double)present)),
            ["expected_weights"] = Finding.Json(expected),
        };
        return new Finding(threshold is null || divergence <= threshold, new ResultDetails(
            _elements,
            _missing,
            ObservedValue: double.IsFinite(divergence) ? Finding.Json(divergence) : null,
            Details: details));
    }

    private static double Divergence(long[] observed, double[] expected)
    {
        var (count, weight) = ((double)observed.Sum(), expected.Sum());
        var sum = 0.0;
        for (var i = 0; i < observed.Length; i++)
        {
            if (observed[i] > 0)
            {
                sum += observed[i] / count * Math.Log(observed[i] / count / (expected[i] / weight));
            }
        }

        return sum;
    }

    private void TakeNumber(in RowView row, double[] bins)
    {
        ref readonly var cell = ref row[column];
        if (!cell.IsFinite)
        {
            _fault ??= $"Row {row.Number} has no finite number.";
        }
        else if (cell.Number < bins[0])
        {
            _below++;
        }
        else if (cell.Number > bins[^1])
        {
            _above++;
        }
        else
        {
            var found = Array.BinarySearch(bins, cell.Number);
            _counts[Math.Min(found >= 0 ? found : ~found - 1, _counts.Length - 1)]++;
        }
    }

    private (long[] Observed, double[] Expected) OfValues()
    {
        var others = _others.Top(MaxOthers).Select(other => other.Count).ToArray();
        var kept = others.Length > 0 ? 1 - tailHoldout : 1;
        return (
            [.. _counts, .. others],
            [.. partition.Weights.Select(weight => weight * kept), .. others.Select(_ => tailHoldout / others.Length)]);
    }

    private (long[] Observed, double[] Expected) OfBins()
    {
        var zeros = partition.Weights.Count(weight => weight is 0);
        var kept = 1 - tailHoldout - internalHoldout;
        var (below, above) = partition.TailWeights is [var first, var last] ? (first, last) : (tailHoldout / 2, tailHoldout / 2);
        var inner = partition.Weights.Select(weight => weight is 0 && zeros > 0 ? internalHoldout / zeros : weight * kept);
        return ([_below, .. _counts, _above], [below, .. inner, above]);
    }
}
