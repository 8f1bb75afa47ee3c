namespace Mlops.Explanations;

/// <summary>Some of the proper, non-empty subsets of players, with the weights that make a least-squares fit give Shapley values.</summary>
internal sealed class Coalitions
{
    private readonly int _players;
    private readonly List<bool[]> _members = [];
    private readonly List<double> _weights = [];

    private Coalitions(int players) => _players = players;

    public int Count => _members.Count;

    /// <summary>All subsets of the smallest and largest sizes while they fit, the rest drawn in complementary pairs.</summary>
    /// <param name="players">At least 2.</param>
    public static Coalitions Choose(int players, int budget, DeterministicRandom random)
    {
        var coalitions = new Coalitions(players);
        var left = Math.Max(budget, 2);
        var size = 1;
        for (; size <= players / 2; size++)
        {
            var subsets = Binomial(players, size);
            var sides = size * 2 == players ? 1 : 2;
            if (subsets * sides > left)
            {
                break;
            }

            coalitions.AddAll(size, Mass(players, size) / subsets);
            left -= (int)(subsets * sides);
        }

        if (size <= players / 2)
        {
            coalitions.Draw(size, left, random);
        }

        return coalitions;
    }

    public bool Has(int coalition, int player) => _members[coalition][player];

    /// <summary>The players' shares, summing to <paramref name="gain"/>, that fit the coalitions' changes best by weight.</summary>
    /// <param name="changes">What each coalition changes.</param>
    /// <param name="gain">What all players together change.</param>
    public double[] Solve(double[] changes, double gain)
    {
        // The last player's share follows from the others', which leaves an ordinary least-squares problem.
        var unknowns = _players - 1;
        var normal = new double[unknowns, unknowns];
        var right = new double[unknowns];
        var row = new double[unknowns];
        for (var i = 0; i < Count; i++)
        {
            var last = _members[i][unknowns] ? 1.0 : 0;
            var change = changes[i] - (last * gain);
            for (var j = 0; j < unknowns; j++)
            {
                row[j] = (_members[i][j] ? 1 : 0) - last;
            }

            for (var j = 0; j < unknowns; j++)
            {
                var weighted = _weights[i] * row[j];
                if (weighted is 0)
                {
                    continue;
                }

                right[j] += weighted * change;
                for (var k = 0; k <= j; k++)
                {
                    normal[j, k] += weighted * row[k];
                }
            }
        }

        var shares = Cholesky(normal, right);
        return [.. shares, gain - shares.Sum()];
    }

    /// <summary>The part of all weight that the coalitions of one size have, of either side alone.</summary>
    private static double Mass(int players, int size) => (players - 1.0) / (size * (double)(players - size));

    private static double Binomial(int players, int size)
    {
        double count = 1;
        for (var i = 1; i <= size; i++)
        {
            count = Math.Round(count * (players - size + i) / i);
        }

        return count;
    }

    private void AddAll(int size, double weight)
    {
        var chosen = Enumerable.Range(0, size).ToArray();
        while (true)
        {
            var members = new bool[_players];
            foreach (var player in chosen)
            {
                members[player] = true;
            }

            Add(members, weight);
            if (size * 2 != _players)
            {
                Add(Array.ConvertAll(members, member => !member), weight);
            }

            var position = size - 1;
            while (position >= 0 && chosen[position] == _players - size + position)
            {
                position--;
            }

            if (position < 0)
            {
                return;
            }

            chosen[position]++;
            for (var next = position + 1; next < size; next++)
            {
                chosen[next] = chosen[next - 1] + 1;
            }
        }
    }

    /// <summary>Draws pairs of coalitions of <paramref name="smallest"/> players and more; those drawn twice count twice.</summary>
    private void Draw(int smallest, int count, DeterministicRandom random)
    {
        var largest = _players / 2;
        var masses = Enumerable.Range(smallest, largest - smallest + 1)
            .Select(size => Mass(_players, size) * (size * 2 == _players ? 1 : 2))
            .ToArray();
        var total = masses.Sum();
        var pairs = Math.Max(1, count / 2);
        var order = Enumerable.Range(0, _players).ToArray();
        for (var pair = 0; pair < pairs; pair++)
        {
            var at = random.NextDouble() * total;
            var size = smallest;
            while (size < largest && at >= masses[size - smallest])
            {
                at -= masses[size - smallest];
                size++;
            }

            random.Shuffle(order);
            var members = new bool[_players];
            foreach (var player in order.AsSpan(0, size))
            {
                members[player] = true;
            }

            Add(members, total / pairs / 2);
            Add(Array.ConvertAll(members, member => !member), total / pairs / 2);
        }
    }

    private void Add(bool[] members, double weight)
    {
        _members.Add(members);
        _weights.Add(weight);
    }

    /// <summary>Solves a symmetric system of which the lower half is given; one that the sample leaves singular is made regular by a
    /// trace of ridge.</summary>
    private static double[] Cholesky(double[,] lower, double[] right)
    {
        var n = right.Length;
        double trace = 0;
        for (var i = 0; i < n; i++)
        {
            trace += lower[i, i];
        }

        var ridge = 1e-12 * trace / n;
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                var sum = lower[i, j] + (i == j ? ridge : 0);
                for (var k = 0; k < j; k++)
                {
                    sum -= lower[i, k] * lower[j, k];
                }

                lower[i, j] = i == j ? Math.Sqrt(Math.Max(sum, ridge)) : sum / lower[j, j];
            }
        }

        var solution = (double[])right.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
            {
                solution[i] -= lower[i, k] * solution[k];
            }

            solution[i] /= lower[i, i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
            {
                solution[i] -= lower[k, i] * solution[k];
            }

            solution[i] /= lower[i, i];
        }

        return solution;
    }
}
