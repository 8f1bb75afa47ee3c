namespace Mlops.Learning;

/// <param name="Length">How far along the direction.</param>
/// <param name="Slope">The derivative along the direction.</param>
internal sealed record LineStep(double Length, double[] Point, double Value, double[] Gradient, double Slope);

/// <summary>Looks along a direction for a step that satisfies the strong Wolfe conditions.</summary>
/// <remarks>Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 3.5 and 3.6, with cubic interpolation.</remarks>
internal sealed class LineSearch(Objective objective, double[] point, double value, double[] gradient, double[] direction)
{
    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;
    private const int MaxTrials = 30;

    private readonly LineStep _start = new(0, point, value, gradient, Lbfgs.Dot(gradient, direction));

    /// <returns>Null if there is no such step within the precision of the arithmetic.</returns>
    public LineStep? Find(double firstTrial)
    {
        if (!(_start.Slope < 0))
        {
            return null;
        }

        var previous = _start;
        var length = firstTrial;
        for (var trial = 0; trial < MaxTrials; trial++)
        {
            var current = At(length);
            if (!Decreases(current) || (trial > 0 && current.Value >= previous.Value))
            {
                return Zoom(previous, current, MaxTrials - trial);
            }

            if (Math.Abs(current.Slope) <= -Curvature * _start.Slope)
            {
                return current;
            }

            if (current.Slope >= 0)
            {
                return Zoom(current, previous, MaxTrials - trial);
            }

            previous = current;
            length *= 2;
        }

        return previous;
    }

    private LineStep? Zoom(LineStep low, LineStep high, int trials)
    {
        for (; trials > 0; trials--)
        {
            var current = At(Between(low, high));
            if (!Decreases(current) || current.Value >= low.Value)
            {
                high = current;
                continue;
            }

            if (Math.Abs(current.Slope) <= -Curvature * _start.Slope)
            {
                return current;
            }

            if (current.Slope * (high.Length - low.Length) >= 0)
            {
                high = low;
            }

            low = current;
        }

        // Only the start itself has nothing to offer; any other low end is an honest decrease.
        return low.Length > 0 ? low : null;
    }

    private LineStep At(double length)
    {
        var trial = new double[point.Length];
        for (var i = 0; i < trial.Length; i++)
        {
            trial[i] = point[i] + (length * direction[i]);
        }

        var slopes = new double[trial.Length];
        var reached = objective(trial, slopes);
        return new LineStep(length, trial, reached, slopes, Lbfgs.Dot(slopes, direction));
    }

    private bool Decreases(LineStep step) => step.Value <= _start.Value + (SufficientDecrease * step.Length * _start.Slope);

    /// <summary>The minimum of the cubic through both ends, or the middle where that lies outside or too near an end.</summary>
    private static double Between(LineStep low, LineStep high)
    {
        var width = high.Length - low.Length;
        var secant = low.Slope + high.Slope - (3 * (low.Value - high.Value) / (low.Length - high.Length));
        var discriminant = (secant * secant) - (low.Slope * high.Slope);
        var root = Math.Sign(width) * Math.Sqrt(Math.Max(discriminant, 0));
        var length = high.Length - (width * (high.Slope + root - secant) / (high.Slope - low.Slope + (2 * root)));
        var share = (length - low.Length) / width;
        return share is >= 0.1 and <= 0.9 ? length : low.Length + (width / 2);
    }
}
