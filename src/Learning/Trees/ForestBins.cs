namespace Mlops.Learning;

/// <summary>A way of dividing the rows of a node of a forest's tree.</summary>
/// <param name="Gain">By how much it lowers the squared error of the outputs.</param>
/// <param name="Bin">The last bin that goes left, of a number.</param>
/// <param name="Categories">The bins that go left, of a category; else null.</param>
internal sealed record ForestSplit(double Gain, int Column, int Bin, bool MissingLeft, CategorySet? Categories);

/// <summary>The rows of a node counted by their bin in one column.</summary>
/// <remarks>A bin has its outputs, then its weight, then how many different rows are in it. Not safe for concurrent use.</remarks>
internal sealed class ForestBins(ForestTarget target)
{
    // Differences below this share of the node's own score are rounding.
    private const double Rounding = 1e-12;

    private readonly int _width = target.Outputs + 2;
    private readonly double[] _bins = new double[Histogram.Stride * (target.Outputs + 2)];
    private readonly double[] _left = new double[target.Outputs + 2];
    private readonly byte[] _order = new byte[Histogram.Stride];
    private readonly double[] _keys = new double[Histogram.Stride];
    private FeatureBins _column = null!;
    private int _seen;

    /// <returns>Whether the rows are in more than one bin.</returns>
    public bool Count(BinnedMatrix matrix, int column, ReadOnlySpan<int> rows, double[] weights)
    {
        _column = matrix.Columns[column];
        _bins.AsSpan(0, _column.Width * _width).Clear();
        var stored = matrix.Stored(column);
        var values = target.Values;
        var outputs = target.Outputs;
        foreach (var row in rows)
        {
            var start = matrix.BinOf(column, stored[row]) * _width;
            var weight = weights[row];
            if (target.IsOneOfMany)
            {
                _bins[start + (int)values[row]] += weight;
            }
            else
            {
                _bins[start] += weight * values[row];
            }

            _bins[start + outputs] += weight;
            _bins[start + outputs + 1]++;
        }

        _seen = 0;
        for (var bin = 0; bin < _column.Width; bin++)
        {
            if (_bins[(bin * _width) + outputs + 1] > 0)
            {
                _order[_seen++] = (byte)bin;
            }
        }

        return _seen > 1;
    }

    /// <summary>The best split by the column counted, or the one drawn; null if none leaves enough rows on both sides.</summary>
    public ForestSplit? Best(int column, ForestSums whole, ForestPlan plan, DeterministicRandom random)
    {
        // What is missing is last: it is tried on the right, then, put first, on the left.
        var hasMissing = _order[_seen - 1] == _column.MissingBin;
        if (_column.IsCategorical)
        {
            Arrange(whole, plan, random);
            return Scan(column, whole, plan, random, missingFirst: false);
        }

        var missingRight = Scan(column, whole, plan, random, missingFirst: false);
        if (!hasMissing)
        {
            return missingRight;
        }

        var order = _order.AsSpan(0, _seen);
        order[..^1].CopyTo(order[1..]);
        order[0] = (byte)_column.MissingBin;
        var missingLeft = Scan(column, whole, plan, random, missingFirst: true);
        return missingLeft is not null && (missingRight is null || missingLeft.Gain > missingRight.Gain) ? missingLeft : missingRight;
    }

    /// <summary>
    /// Puts categories in the order of their means (Fisher 1958; of several classes: of their share of the node's most frequent one), or
    /// at random where cuts are random too.
    /// </summary>
    private void Arrange(ForestSums whole, ForestPlan plan, DeterministicRandom random)
    {
        var output = Array.IndexOf(whole.Outputs, whole.Outputs.Max());
        for (var i = 0; i < _seen; i++)
        {
            var start = _order[i] * _width;
            _keys[i] = plan.RandomThresholds ? random.NextDouble() : _bins[start + output] / _bins[start + target.Outputs];
        }

        CategorySearch.SortStably(_keys.AsSpan(0, _seen), _order.AsSpan(0, _seen));
    }

    private ForestSplit? Scan(int column, ForestSums whole, ForestPlan plan, DeterministicRandom random, bool missingFirst)
    {
        var (outputs, rows) = (target.Outputs, 0.0);
        for (var i = 0; i < _seen; i++)
        {
            rows += _bins[(_order[i] * _width) + outputs + 1];
        }

        // A random cut is drawn among those that part the bins seen; a cut behind what is missing alone is none of a number's.
        var drawn = plan.RandomThresholds ? 1 + random.NextInt(_seen - 1) : 0;
        var parent = Squares(whole.Outputs, whole.Weight);
        var (best, bestGain) = (0, Rounding * whole.Squares);
        Array.Clear(_left);
        for (var taken = 1; taken < _seen; taken++)
        {
            var start = _order[taken - 1] * _width;
            for (var k = 0; k < _width; k++)
            {
                _left[k] += _bins[start + k];
            }

            var leftRows = _left[outputs + 1];
            if ((drawn > 0 && taken != drawn) || leftRows < plan.MinRows || rows - leftRows < plan.MinRows)
            {
                continue;
            }

            var gain = Squares(_left, _left[outputs]) + SquaresOfRest(whole) - parent;
            if (gain > bestGain)
            {
                (best, bestGain) = (taken, gain);
            }
        }

        return best is 0 ? null : Split(column, best, bestGain, missingFirst, 2 * LeftRows(best) > rows);
    }

    private double LeftRows(int taken)
    {
        double rows = 0;
        for (var i = 0; i < taken; i++)
        {
            rows += _bins[(_order[i] * _width) + target.Outputs + 1];
        }

        return rows;
    }

    private ForestSplit Split(int column, int taken, double gain, bool missingFirst, bool isLeftLarger)
    {
        var seesMissing = _column.HasMissing && _order.AsSpan(0, _seen).Contains((byte)_column.Count);
        if (_column.IsCategorical)
        {
            var categories = new CategorySet(_order.AsSpan(0, taken));
            return new ForestSplit(gain, column, 0, seesMissing ? categories.Contains(_column.Count) : isLeftLarger, categories);
        }

        // What is missing first and alone on the left: everything that has a value goes right, which is the same the other way round.
        var last = _order[taken - 1];
        return missingFirst && taken is 1
            ? new ForestSplit(gain, column, _column.Count - 1, false, null)
            : new ForestSplit(gain, column, last, seesMissing ? missingFirst : isLeftLarger, null);
    }

    private double Squares(ReadOnlySpan<double> sums, double weight)
    {
        double squares = 0;
        for (var k = 0; k < target.Outputs; k++)
        {
            squares += sums[k] * sums[k];
        }

        return weight > 0 ? squares / weight : 0;
    }

    private double SquaresOfRest(ForestSums whole)
    {
        double squares = 0;
        for (var k = 0; k < target.Outputs; k++)
        {
            squares += (whole.Outputs[k] - _left[k]) * (whole.Outputs[k] - _left[k]);
        }

        var weight = whole.Weight - _left[target.Outputs];
        return weight > 0 ? squares / weight : 0;
    }
}
