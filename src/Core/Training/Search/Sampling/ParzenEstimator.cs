using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mlops.Training;

/// <summary>A density over parameters: a mixture of one kernel around each observation and a wide prior.</summary>
/// <remarks>
/// Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011, with the details of Optuna 3.1 (prior of weight 1,
/// magic clipping, ends of the range not counted as neighbours). A kernel is a product over the parameters.
/// </remarks>
internal sealed class ParzenEstimator
{
    // So many of the newest count in full; the older ones less and less.
    private const int FullWeights = 25;

    // Logarithm of a share of the greatest kernel's density: ten thousand such do not change the twelfth digit.
    private const double Negligible = -38;

    private readonly ParzenColumn[] _columns;
    private readonly double[] _cumulative;
    private readonly double[] _logWeights;
    private readonly double[] _scratch;

    /// <param name="codes">Of the parameters.</param>
    /// <param name="observed">For each parameter the coded values of the observations, oldest first.</param>
    /// <param name="weights">Of the observations; null for a ramp by age.</param>
    /// <param name="isJoint">Whether bandwidths are those of parameters modelled together.</param>
    public ParzenEstimator(IReadOnlyList<ParameterCode> codes, IReadOnlyList<double[]> observed, double[]? weights, bool isJoint)
    {
        var count = observed[0].Length;
        _columns = new ParzenColumn[codes.Count];
        for (var p = 0; p < _columns.Length; p++)
        {
            _columns[p] = Column(codes[p], observed[p], isJoint ? codes.Count : null);
        }

        _cumulative = new double[count + 1];
        _logWeights = new double[ParzenColumn.Padded(count + 1)];
        _scratch = new double[_logWeights.Length];
        Weigh(weights ?? WeightsByAge(count));
    }

    /// <summary>Draws coded values of all parameters from one kernel.</summary>
    /// <param name="values">One per parameter, written.</param>
    public void Sample(DeterministicRandom random, Span<double> values)
    {
        var kernel = Array.BinarySearch(_cumulative, random.NextDouble());
        kernel = Math.Min(kernel < 0 ? ~kernel : kernel + 1, _cumulative.Length - 1);
        for (var p = 0; p < _columns.Length; p++)
        {
            values[p] = _columns[p].Sample(random, kernel);
        }
    }

    /// <param name="values">A coded value per parameter.</param>
    public double LogDensity(ReadOnlySpan<double> values)
    {
        _logWeights.CopyTo(_scratch, 0);
        for (var p = 0; p < _columns.Length; p++)
        {
            _columns[p].AddLogDensity(values[p], _scratch);
        }

        return LogSumExp(_scratch);
    }

    /// <summary>1 for the newest 25, and a ramp from 1/n up to 1 over those before.</summary>
    internal static double[] WeightsByAge(int count)
    {
        var weights = new double[count];
        Array.Fill(weights, 1);
        var older = count - FullWeights;
        for (var i = 0; i < older; i++)
        {
            weights[i] = (1.0 / count) + (older is 1 ? 0 : (1 - (1.0 / count)) * i / (older - 1));
        }

        return weights;
    }

    private static ParzenColumn Column(ParameterCode code, double[] observed, int? together)
    {
        if (code.Choices is { } choices)
        {
            return new ParzenColumn.Categorical(observed, choices);
        }

        var kernels = new NumericKernels(observed, code.Low, code.High, together);
        return code.Step > 0 ? new ParzenColumn.Stepped(kernels, code) : new ParzenColumn.Continuous(kernels, code);
    }

    private void Weigh(double[] weights)
    {
        var total = weights.Sum() + 1;
        var sum = 0.0;
        for (var k = 0; k <= weights.Length; k++)
        {
            var weight = (k < weights.Length ? weights[k] : 1) / total;
            sum += weight;
            (_cumulative[k], _logWeights[k]) = (sum, Math.Log(weight));
        }

        // What pads the arrays weighs nothing.
        _logWeights.AsSpan(weights.Length + 1).Fill(double.NegativeInfinity);
    }

    private static double LogSumExp(double[] terms)
    {
        var vectors = MemoryMarshal.Cast<double, Vector256<double>>(terms);
        var greatest = vectors[0];
        foreach (var vector in vectors)
        {
            greatest = Vector256.Max(greatest, vector);
        }

        var max = Math.Max(Math.Max(greatest[0], greatest[1]), Math.Max(greatest[2], greatest[3]));
        var shift = Vector256.Create(max);
        var negligible = Vector256.Create(Negligible);
        var sums = Vector256<double>.Zero;
        foreach (var vector in vectors)
        {
            var relative = vector - shift;
            if (Vector256.GreaterThanAny(relative, negligible))
            {
                sums += Vector256.Exp(relative);
            }
        }

        return Math.Log(Vector256.Sum(sums)) + max;
    }
}
