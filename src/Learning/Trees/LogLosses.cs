using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The log loss of two classes; the score is the log-odds of the second.</summary>
internal sealed class BinaryLogLoss : BoostingLoss
{
    public override double[] BaseScores(double[] target, double[]? weights)
    {
        var share = WeightedStatistics.Mean(target, weights);
        return share is > 0 and < 1
            ? [Math.Log(share / (1 - share))]
            : throw new TrainingRefusedException("All rows of one of the two classes weigh nothing.");
    }

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        // Eight rows at a time: the exponential is most of the work.
        var row = start;
        for (; row <= end - Vector512<double>.Count; row += Vector512<double>.Count)
        {
            var score = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(scores), (nuint)row);
            var truth = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(target), (nuint)row);
            var probability = Vector512<double>.One / (Vector512<double>.One + Vector512.Exp(-score));
            var gradient = probability - truth;
            var hessian = probability * (Vector512<double>.One - probability);
            Narrow(gradient).StoreUnsafe(ref MemoryMarshal.GetReference(gradients), (nuint)row);
            Narrow(hessian).StoreUnsafe(ref MemoryMarshal.GetReference(hessians), (nuint)row);
        }

        for (; row < end; row++)
        {
            var probability = Link.Sigmoid(scores[row]);
            gradients[row] = (float)(probability - target[row]);
            hessians[row] = (float)(probability * (1 - probability));
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row) => Link.SoftPlus(scores[row]) - (target[row] * scores[row]);

    public override void Predict(Span<double> outputs)
    {
        outputs[1] = Link.Sigmoid(outputs[1]);
        outputs[0] = 1 - outputs[1];
    }

    private static Vector256<float> Narrow(Vector512<double> values) => Vector256.Narrow(values.GetLower(), values.GetUpper());
}

/// <summary>The log loss of several classes through softmax, with the diagonal of the second derivatives.</summary>
internal sealed class MultinomialLogLoss(int classes) : BoostingLoss
{
    public override int Outputs => classes;

    public override double[] BaseScores(double[] target, double[]? weights)
    {
        var shares = new double[classes];
        double total = 0;
        for (var row = 0; row < target.Length; row++)
        {
            shares[(int)target[row]] += weights?[row] ?? 1;
            total += weights?[row] ?? 1;
        }

        TrainingChecks.Refuse(shares.Contains(0), "All rows of one of the classes weigh nothing.");
        return Array.ConvertAll(shares, share => Math.Log(share / total));
    }

    public override void Derive(
        ReadOnlySpan<double> target, ReadOnlySpan<double> scores, Span<float> gradients, Span<float> hessians, int start, int end)
    {
        var rows = target.Length;
        Span<double> probabilities = stackalloc double[Math.Min(classes, 128)];
        if (classes > probabilities.Length)
        {
            probabilities = new double[classes];
        }

        for (var row = start; row < end; row++)
        {
            for (var k = 0; k < classes; k++)
            {
                probabilities[k] = scores[(k * rows) + row];
            }

            Link.Softmax(probabilities);
            for (var k = 0; k < classes; k++)
            {
                var probability = probabilities[k];
                gradients[(k * rows) + row] = (float)(probability - (target[row] == k ? 1 : 0));
                hessians[(k * rows) + row] = (float)(probability * (1 - probability));
            }
        }
    }

    public override double At(ReadOnlySpan<double> target, ReadOnlySpan<double> scores, int row)
    {
        var max = double.NegativeInfinity;
        for (var k = 0; k < classes; k++)
        {
            max = Math.Max(max, scores[(k * target.Length) + row]);
        }

        double sum = 0;
        for (var k = 0; k < classes; k++)
        {
            sum += Math.Exp(scores[(k * target.Length) + row] - max);
        }

        return max + Math.Log(sum) - scores[((int)target[row] * target.Length) + row];
    }

    public override void Predict(Span<double> outputs) => Link.Softmax(outputs);
}
