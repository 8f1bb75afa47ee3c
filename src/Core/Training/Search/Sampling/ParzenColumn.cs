using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mlops.Statistics;

namespace Mlops.Training;

/// <summary>
/// One parameter's part of the kernels of a <see cref="ParzenEstimator"/>: a kernel per observation and the prior as the last.
/// </summary>
/// <remarks>
/// Works on coded values: numbers, of logarithmic parameters their logarithms, of categorical ones the index of the choice.
/// </remarks>
internal abstract class ParzenColumn
{
    /// <summary>A coded value drawn from one kernel; a value that the distribution has.</summary>
    public abstract double Sample(DeterministicRandom random, int kernel);

    /// <summary>Adds the logarithm of each kernel's density at a coded value.</summary>
    /// <param name="logDensities">One per kernel, padded to a multiple of four.</param>
    public abstract void AddLogDensity(double value, Span<double> logDensities);

    /// <summary>The length of an array of one number per kernel: a multiple of four, so that four go at a time.</summary>
    public static int Padded(int kernels) => (kernels + 3) & ~3;

    /// <summary>A continuous number: truncated normals that count in proportion to their width.</summary>
    /// <remarks>
    /// The width is left out of the density, as in Optuna before 3.5 (its issue 5109): wide kernels then count more and narrow ones less,
    /// which here found better values on most of the functions of bench/reports/search.md than the even mixture did.
    /// </remarks>
    internal sealed class Continuous(NumericKernels kernels, ParameterCode code) : ParzenColumn
    {
        private readonly double[] _logScales = LogScales(kernels);

        public override double Sample(DeterministicRandom random, int kernel) => code.Nearest(kernels.Draw(random, kernel));

        public override void AddLogDensity(double value, Span<double> logDensities)
        {
            var at = Vector256.Create(value);
            var minusHalf = Vector256.Create(-0.5);
            var sums = MemoryMarshal.Cast<double, Vector256<double>>(logDensities);
            var means = MemoryMarshal.Cast<double, Vector256<double>>(kernels.Means);
            var inverses = MemoryMarshal.Cast<double, Vector256<double>>(kernels.InverseSigmas);
            var logs = MemoryMarshal.Cast<double, Vector256<double>>(_logScales);
            for (var i = 0; i < sums.Length; i++)
            {
                var z = (at - means[i]) * inverses[i];
                sums[i] += logs[i] + (minusHalf * z * z);
            }
        }

        private static double[] LogScales(NumericKernels kernels)
        {
            var logs = new double[kernels.Means.Length];
            for (var k = 0; k < kernels.Count; k++)
            {
                logs[k] = -NormalDistribution.LogSqrtTwoPi - kernels.LogMass(k);
            }

            return logs;
        }
    }

    /// <summary>A number in steps: the mass of the truncated normal within half a step.</summary>
    internal sealed class Stepped(NumericKernels kernels, ParameterCode code) : ParzenColumn
    {
        private readonly Dictionary<double, double[]> _masses = [];

        public override double Sample(DeterministicRandom random, int kernel) => code.Nearest(kernels.Draw(random, kernel));

        public override void AddLogDensity(double value, Span<double> logDensities)
        {
            // Candidates fall on few steps; their masses are the dear part.
            if (!_masses.TryGetValue(value, out var masses))
            {
                masses = Masses(value);
                _masses.Add(value, masses);
            }

            for (var k = 0; k < masses.Length; k++)
            {
                logDensities[k] += masses[k];
            }
        }

        private double[] Masses(double value)
        {
            var masses = new double[kernels.Count];
            var low = Math.Max(value - (code.Step / 2), kernels.Low);
            var high = Math.Min(value + (code.Step / 2), kernels.High);
            for (var k = 0; k < masses.Length; k++)
            {
                var (mean, inverse) = (kernels.Means[k], kernels.InverseSigmas[k]);
                masses[k] = NormalDistribution.LogMass((low - mean) * inverse, (high - mean) * inverse) - kernels.LogMass(k);
            }

            return masses;
        }
    }

    /// <summary>A choice: each kernel prefers its own, the prior none.</summary>
    internal sealed class Categorical : ParzenColumn
    {
        private readonly double[] _observed;
        private readonly int _choices;
        private readonly double _own;
        private readonly double _other;

        public Categorical(double[] observed, int choices)
        {
            _observed = observed;
            _choices = choices;
            var share = 1.0 / (observed.Length + 1);
            _own = (share + 1) / ((choices * share) + 1);
            _other = share / ((choices * share) + 1);
        }

        public override double Sample(DeterministicRandom random, int kernel)
        {
            var unit = random.NextDouble();
            if (kernel == _observed.Length)
            {
                return Math.Min((int)(unit * _choices), _choices - 1);
            }

            // The own choice's surplus over the others first, then all alike.
            var surplus = _own - _other;
            return unit < surplus ? _observed[kernel] : Math.Min((int)((unit - surplus) / _other), _choices - 1);
        }

        public override void AddLogDensity(double value, Span<double> logDensities)
        {
            var (own, other) = (Math.Log(_own), Math.Log(_other));
            for (var k = 0; k < _observed.Length; k++)
            {
                logDensities[k] += _observed[k] == value ? own : other;
            }

            logDensities[_observed.Length] -= Math.Log(_choices);
        }
    }
}
