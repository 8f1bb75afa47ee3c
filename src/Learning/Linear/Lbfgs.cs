namespace Mlops.Learning;

/// <summary>A function to minimise: gives its value at <paramref name="point"/> and writes its gradient there.</summary>
internal delegate double Objective(double[] point, double[] gradient);

/// <param name="GradientNorm">The greatest absolute component of the gradient at <paramref name="Point"/>.</param>
/// <param name="Converged">Whether that is within the tolerance.</param>
internal sealed record Minimum(double[] Point, double Value, double GradientNorm, int Iterations, bool Converged);

/// <summary>Limited-memory BFGS with a line search for the strong Wolfe conditions.</summary>
/// <remarks>Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4 and 7.5.</remarks>
internal sealed class Lbfgs(Objective objective, int maxIterations, double tolerance)
{
    private const int Memory = 10;

    private readonly LinkedList<(double[] Step, double[] Change, double Curvature)> _memory = new();

    /// <param name="onIteration">Called after each iteration with its number and the point and value reached.</param>
    public Minimum Minimize(double[] start, Action<int, double[], double> onIteration, CancellationToken cancellationToken)
    {
        var point = (double[])start.Clone();
        var gradient = new double[point.Length];
        var value = objective(point, gradient);
        var iterations = 0;
        while (Norm(gradient) > tolerance && iterations < maxIterations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = new LineSearch(objective, point, value, gradient, Direction(gradient)).Find(FirstTrial(gradient));
            if (step is null && _memory.Count > 0)
            {
                _memory.Clear();
                step = new LineSearch(objective, point, value, gradient, Direction(gradient)).Find(FirstTrial(gradient));
            }

            // No step along the steepest descent: the value can go no lower in double precision.
            if (step is null)
            {
                break;
            }

            Remember(Subtract(step.Point, point), Subtract(step.Gradient, gradient));
            (point, gradient, value) = (step.Point, step.Gradient, step.Value);
            iterations++;
            onIteration(iterations, point, value);
        }

        var norm = Norm(gradient);
        return new Minimum(point, value, norm, iterations, norm <= tolerance);
    }

    public static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private double FirstTrial(double[] gradient) => _memory.Count > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient)));

    private double[] Direction(double[] gradient)
    {
        var direction = Array.ConvertAll(gradient, value => -value);
        var weights = new Stack<double>();
        for (var entry = _memory.Last; entry is not null; entry = entry.Previous)
        {
            var weight = Dot(entry.Value.Step, direction) / entry.Value.Curvature;
            AddScaled(direction, -weight, entry.Value.Change);
            weights.Push(weight);
        }

        if (_memory.Last is { Value: var newest })
        {
            var scale = newest.Curvature / Dot(newest.Change, newest.Change);
            for (var i = 0; i < direction.Length; i++)
            {
                direction[i] *= scale;
            }
        }

        foreach (var (step, change, curvature) in _memory)
        {
            AddScaled(direction, weights.Pop() - (Dot(change, direction) / curvature), step);
        }

        return direction;
    }

    private void Remember(double[] step, double[] change)
    {
        var curvature = Dot(step, change);
        if (curvature <= 1e-14 * Dot(change, change))
        {
            return;
        }

        _memory.AddLast((step, change, curvature));
        if (_memory.Count > Memory)
        {
            _memory.RemoveFirst();
        }
    }

    private static void AddScaled(double[] sum, double factor, double[] vector)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += factor * vector[i];
        }
    }

    private static double[] Subtract(double[] left, double[] right)
    {
        var difference = new double[left.Length];
        for (var i = 0; i < left.Length; i++)
        {
            difference[i] = left[i] - right[i];
        }

        return difference;
    }

    private static double Norm(double[] gradient)
    {
        double max = 0;
        foreach (var value in gradient)
        {
            max = Math.Max(max, Math.Abs(value));
        }

        return max;
    }
}
