using static System.MathF;

namespace Mlops.Onnx;

/// <summary>What one row's sums are made into.</summary>
internal enum ScoreOutput
{
    /// <summary>Themselves.</summary>
    Sums,

    /// <summary>Their softmax.</summary>
    Softmax,

    /// <summary>The logistic function of each.</summary>
    Logistic,

    /// <summary>Their softmax as the Softmax operator approximates it.</summary>
    OperatorSoftmax,

    /// <summary>The logistic function of each as the Sigmoid operator approximates it.</summary>
    Sigmoid,

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
/// Source: onnxruntime/core/providers/cpu/ml/ml_common.h and onnxruntime/core/mlas/lib/{logistic,compute}.cpp of
/// https://github.com/microsoft/onnxruntime; the approximation of the sigmoid is Eigen's.
/// </remarks>
internal static class ScoreOutputs
{
    private const float SigmoidRange = 18;

    /// <summary>How many scores a row gets.</summary>
    public static int Width(ScoreOutput output, int sums) => output < ScoreOutput.Complement ? sums : 2;

    /// <param name="sums">Of one row.</param>
    /// <param name="scores">Of the same row.</param>
    public static void Write(ScoreOutput output, ReadOnlySpan<float> sums, Span<float> scores)
    {
        var sum = sums[0];
        switch (output)
        {
            case ScoreOutput.Sums:
                sums.CopyTo(scores);
                break;
            case ScoreOutput.Softmax:
                WriteSoftmax(sums, scores);
                break;
            case ScoreOutput.Logistic:
                for (var i = 0; i < sums.Length; i++)
                {
                    scores[i] = Logistic(sums[i]);
                }

                break;
            case ScoreOutput.OperatorSoftmax:
                WriteOperatorSoftmax(sums, scores);
                break;
            case ScoreOutput.Sigmoid:
                for (var i = 0; i < sums.Length; i++)
                {
                    scores[i] = Sigmoid(sums[i]);
                }

                break;
            case ScoreOutput.Complement:
                (scores[0], scores[1]) = (1 - sum, sum);
                break;
            case ScoreOutput.Negation:
                (scores[0], scores[1]) = (-sum, sum);
                break;
            case ScoreOutput.LogisticPair:
                (scores[0], scores[1]) = (Logistic(-sum), Logistic(sum));
                break;
            case ScoreOutput.SigmoidPair:
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

    /// <summary>As vectors of sixteen do it, whose lanes are added up at the end.</summary>
    private static void WriteOperatorSoftmax(ReadOnlySpan<float> sums, Span<float> scores)
    {
        const int Lanes = 16;
        var greatest = sums[0];
        foreach (var sum in sums)
        {
            greatest = sum > greatest ? sum : greatest;
        }

        Span<float> lanes = stackalloc float[Lanes];
        lanes.Clear();
        for (var i = 0; i < sums.Length; i++)
        {
            scores[i] = OperatorExp(sums[i] - greatest);
            lanes[i % Lanes] += scores[i];
        }

        for (var i = 0; i < Lanes / 2; i++)
        {
            lanes[i] += lanes[i + (Lanes / 2)];
        }

        var scale = 1 / (lanes[0] + lanes[1] + (lanes[2] + lanes[3]) + (lanes[4] + lanes[5] + (lanes[6] + lanes[7])));
        foreach (ref var score in scores)
        {
            score *= scale;
        }
    }

    /// <param name="value">Not above 0.</param>
    private static float OperatorExp(float value)
    {
        const float Least = -103.9720840454f;
        const float Rounding = 12_582_912;
        var x = value < Least ? Least : value;
        var biased = FusedMultiplyAdd(x, 1.44269504088896341f, Rounding);
        var power = biased - Rounding;
        x = FusedMultiplyAdd(power, -6.93145752e-1f, x);
        x = FusedMultiplyAdd(power, -1.42860677e-6f, x);
        var sum = FusedMultiplyAdd(1.3780594e-3f, x, 8.3731245e-3f);
        sum = FusedMultiplyAdd(sum, x, 4.1669536e-2f);
        sum = FusedMultiplyAdd(sum, x, 1.6666472e-1f);
        sum = FusedMultiplyAdd(sum, x, 4.9999985e-1f);
        sum = FusedMultiplyAdd(sum, x, 1);
        sum = FusedMultiplyAdd(sum, x, 1);

        // In two steps, of which only the second rounds, and only what is too small for a float of full precision.
        var half = (int)power / 2;
        return sum * PowerOfTwo(half) * PowerOfTwo((int)power - half);
    }

    private static float PowerOfTwo(int power) => BitConverter.Int32BitsToSingle((power + 127) << 23);

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
