namespace Mlops.Learning;

/// <summary>Grows one tree of a forest, depth first, on the bins that boosting uses too.</summary>
/// <remarks>
/// Breiman, "Random forests", Machine Learning 45(1), 2001; with random cuts Geurts, Ernst and Wehenkel, "Extremely randomized trees",
/// Machine Learning 63(1), 2006, where a cut is drawn among the edges of bins between the node's least and greatest value, not from the
/// numbers between. A split lowers the squared error of the outputs most, which for classes is the Gini impurity. As in
/// scikit-learn, columns that do not tell the node's rows apart do not count as looked at. Not safe for concurrent use.
/// </remarks>
internal sealed class ForestGrower
{
    private readonly BoostingTable _table;
    private readonly ForestTarget _target;
    private readonly ForestPlan _plan;
    private readonly DeterministicRandom _random;
    private readonly double[] _weights;
    private readonly int[] _rows;
    private readonly int[] _setAside;
    private readonly int[] _columns;
    private readonly byte[] _goesLeft = new byte[Histogram.Stride];
    private readonly ForestBins _bins;
    private readonly List<Node> _nodes = [];
    private readonly List<float> _outputs = [];

    public ForestGrower(BoostingTable table, ForestTarget target, ForestPlan plan, DeterministicRandom random)
    {
        (_table, _target, _plan, _random) = (table, target, plan, random);
        Times = Draw();
        _weights = new double[table.Rows];
        for (var row = 0; row < _weights.Length; row++)
        {
            _weights[row] = Times[row] * (table.Weights?[row] ?? 1);
        }

        _rows = [.. Enumerable.Range(0, table.Rows).Where(row => _weights[row] > 0)];
        _setAside = new int[_rows.Length];
        _columns = [.. table.Matrix.Usable];
        _bins = new ForestBins(target);
        Gains = new double[table.Matrix.Columns.Length];
    }

    /// <summary>How often each row was drawn for this tree.</summary>
    public ushort[] Times { get; }

    /// <summary>By how much the splits by each column lowered the squared error.</summary>
    public double[] Gains { get; }

    public Tree Grow()
    {
        var open = new Stack<(int Node, int Start, int Length, int Depth)>();
        _nodes.Add(default);
        open.Push((0, 0, _rows.Length, 0));
        while (open.TryPop(out var node))
        {
            var rows = _rows.AsSpan(node.Start, node.Length);
            var sums = _target.Sum(rows, _weights);
            if (node.Depth >= _plan.MaxDepth || node.Length < 2 * _plan.MinRows || sums.IsPure || Find(rows, sums) is not { } split)
            {
                _nodes[node.Node] = new Node { Right = _outputs.Count / _target.Outputs, Cover = (float)sums.Weight };
                _outputs.AddRange(_target.LeafValues(sums));
                continue;
            }

            Gains[split.Column] += split.Gain;
            var left = Partition(node.Start, node.Length, split);
            _nodes[node.Node] = new Node
            {
                Column = split.Column,
                Bin = (byte)split.Bin,
                MissingLeft = split.MissingLeft,
                Categories = split.Categories,
                Cover = (float)sums.Weight,
                Left = _nodes.Count,
                Right = _nodes.Count + 1,
            };
            open.Push((_nodes.Count + 1, node.Start + left, node.Length - left, node.Depth + 1));
            open.Push((_nodes.Count, node.Start, left, node.Depth + 1));
            _nodes.Add(default);
            _nodes.Add(default);
        }

        return new Tree([.. _nodes], _table.Matrix.Columns, [.. _outputs], _target.Outputs);
    }

    private ushort[] Draw()
    {
        var times = new ushort[_table.Rows];
        if (_plan.RowSample is 0)
        {
            Array.Fill(times, (ushort)1);
            return times;
        }

        for (var drawn = 0; drawn < Math.Max(1, (int)(_plan.RowSample * times.Length)); drawn++)
        {
            times[_random.NextInt(times.Length)]++;
        }

        return times;
    }

    private ForestSplit? Find(ReadOnlySpan<int> rows, ForestSums whole)
    {
        ForestSplit? best = null;
        var lookedAt = 0;
        for (var i = 0; i < _columns.Length && (lookedAt < _plan.ColumnsByNode || best is null); i++)
        {
            var other = i + _random.NextInt(_columns.Length - i);
            (_columns[i], _columns[other]) = (_columns[other], _columns[i]);
            var column = _columns[i];
            if (!_bins.Count(_table.Matrix, column, rows, _weights))
            {
                continue;
            }

            lookedAt++;
            var found = _bins.Best(column, whole, _plan, _random);
            if (found is not null && (best is null || found.Gain > best.Gain))
            {
                best = found;
            }
        }

        return best;
    }

    private int Partition(int start, int length, ForestSplit split)
    {
        var column = _table.Matrix.Columns[split.Column];
        for (var stored = 0; stored < _goesLeft.Length; stored++)
        {
            var bin = _table.Matrix.BinOf(split.Column, stored);
            var isLeft = bin == column.MissingBin ? split.MissingLeft : split.Categories?.Contains(bin) ?? bin <= split.Bin;
            _goesLeft[stored] = isLeft ? (byte)1 : (byte)0;
        }

        return RowPartition.Run(
            _rows.AsMemory(start, length), _setAside.AsMemory(start, length), _table.Matrix, split.Column, _goesLeft, threads: 1);
    }
}
