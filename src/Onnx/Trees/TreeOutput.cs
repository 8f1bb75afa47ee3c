using static System.MathF;

namespace Mlops.Onnx;

/// <summary>What one row's sums are made into.</summary>
internal enum TreeOutput
{
    /// <summary>Themselves.</summary>
    Sums,

    /// <summary>Their softmax.</summary>
    Softmax,

    /// <summary>The logistic function of each.</summary>
    Logistic,

    /// <summary>1 − s and s.</summary>
    Complement,

    /// <summary>−s and s.</summary>
    Negation,

    /// <summary>The logistic function of −s and of s.</summary>
    LogisticPair,

    /// <summary>The same as the Sigmoid operator approximates it.</summary>
    SigmoidPair,
}

/// <summary>Makes sums into scores with the very operations, and in the order, in which ONNX Runtime does them.</summary>
/// <remarks>
/// Source: onnxruntime/core/providers/cpu/ml/ml_common.h and onnxruntime/core/mlas/lib/logistic.cpp of
/// https://github.com/microsoft/onnxruntime; the approximation of the sigmoid is Eigen's.
/// </remarks>
internal static class TreeOutputs
{
    private const float SigmoidRange = 18;

    /// <summary>How many scores a row gets.</summary>
    public static int Width(TreeOutput output, int sums) => output < TreeOutput.Complement ? sums : 2;

    /// <param name="sums">Of one row.</param>
    /// <param name="scores">Of the same row.</param>
    public static void Write(TreeOutput output, ReadOnlySpan<float> sums, Span<float> scores)
    {
        var sum = sums[0];
        switch (output)
        {
            case TreeOutput.Sums:
                sums.CopyTo(scores);
                break;
            case TreeOutput.Softmax:
                WriteSoftmax(sums, scores);
                break;
            case TreeOutput.Logistic:
                for (var i = 0; i < sums.Length; i++)
                {
                    scores[i] = Logistic(sums[i]);
                }

                break;
            case TreeOutput.Complement:
                (scores[0], scores[1]) = (1 - sum, sum);
                break;
            case TreeOutput.Negation:
                (scores[0], scores[1]) = (-sum, sum);
                break;
            case TreeOutput.LogisticPair:
                (scores[0], scores[1]) = (Logistic(-sum), Logistic(sum));
                break;
            case TreeOutput.SigmoidPair:
                (scores[0], scores[1]) = (Sigmoid(-sum), Sigmoid(sum));
                break;
        }
    }

    private static float Logistic(float value)
    {
        var positive = 1 / (1 + Exp(-Abs(value)));
        return value < 0 ? 1 - positive : positive;
    }

    private static void WriteSoftmax(ReadOnlySpan<float> sums, Span<float> scores)
    {
        var greatest = float.MinValue;
        foreach (var sum in sums)
        {
            greatest = sum > greatest ? sum : greatest;
        }

        var total = 0f;
        for (var i = 0; i < sums.Length; i++)
        {
            scores[i] = Exp(sums[i] - greatest);
            total += scores[i];
        }

        foreach (ref var score in scores)
        {
            score /= total;
        }
    }

    private static float Sigmoid(float value)
    {
        var x = value < -SigmoidRange ? -SigmoidRange : value > SigmoidRange ? SigmoidRange : value;
        var square = x * x;
        var above = FusedMultiplyAdd(square, 4.37031012579801e-11f, 1.15627324459942e-07f);
        above = FusedMultiplyAdd(above, square, 6.08574864600143e-05f);
        above = FusedMultiplyAdd(above, square, 8.51377133304701e-03f);
        above = FusedMultiplyAdd(above, square, 2.48287947061529e-01f);
        var below = FusedMultiplyAdd(square, 6.10247389755681e-13f, 5.76102136993427e-09f);
        below = FusedMultiplyAdd(below, square, 6.29106785017040e-06f);
        below = FusedMultiplyAdd(below, square, 1.70198817374094e-03f);
        below = FusedMultiplyAdd(below, square, 1.16817656904453e-01f);
        below = FusedMultiplyAdd(below, square, 9.93151921023180e-01f);
        return Math.Clamp((above * x / below) + 0.5f, 0, 1);
    }
}
