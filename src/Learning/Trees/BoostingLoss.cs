using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>What boosting lowers, as a function of the scores of a row.</summary>
/// <remarks>Scores and derivatives are kept output by output: that of row r and output k is at k · rows + r.</remarks>
internal abstract class BoostingLoss
{
    /// <summary>How many scores a row has, and so how many trees a round grows.</summary>
    public abstract int Outputs { get; }

    /// <summary>The scores that are best before any tree, the same for all rows.</summary>
    public abstract double[] BaseScores(double[] target, int[] rows);

    /// <summary>Writes the first and second derivatives of the loss of rows <paramref name="start"/> to <paramref name="end"/>.</summary>
    public abstract void Derive(double[] target, double[] scores, float[] gradients, float[] hessians, int start, int end);

    /// <summary>The loss of one row.</summary>
    public abstract double At(double[] target, double[] scores, int row);

    /// <summary>Turns the scores of a row, at the end of <paramref name="outputs"/>, into what the model predicts.</summary>
    public abstract void Predict(Span<double> outputs);

    public static BoostingLoss For(ModelSignature signature) => signature.Task switch
    {
        TaskType.Regression => new SquaredError(),
        _ => signature.Classes.Count is 2 ? new BinaryLogLoss() : new MultinomialLogLoss(signature.Classes.Count),
    };
}

/// <summary>½ (score − target)².</summary>
internal sealed class SquaredError : BoostingLoss
{
    public override int Outputs => 1;

    public override double[] BaseScores(double[] target, int[] rows) => [rows.Average(row => target[row])];

    public override void Derive(double[] target, double[] scores, float[] gradients, float[] hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            gradients[row] = (float)(scores[row] - target[row]);
            hessians[row] = 1;
        }
    }

    public override double At(double[] target, double[] scores, int row)
    {
        var error = scores[row] - target[row];
        return error * error / 2;
    }

    public override void Predict(Span<double> outputs)
    {
    }
}

/// <summary>The log loss of two classes; the score is the log-odds of the second.</summary>
internal sealed class BinaryLogLoss : BoostingLoss
{
    public override int Outputs => 1;

    public override double[] BaseScores(double[] target, int[] rows)
    {
        var share = rows.Average(row => target[row]);
        return [Math.Log(share / (1 - share))];
    }

    public override void Derive(double[] target, double[] scores, float[] gradients, float[] hessians, int start, int end)
    {
        for (var row = start; row < end; row++)
        {
            var probability = Link.Sigmoid(scores[row]);
            gradients[row] = (float)(probability - target[row]);
            hessians[row] = (float)(probability * (1 - probability));
        }
    }

    public override double At(double[] target, double[] scores, int row) => Link.SoftPlus(scores[row]) - (target[row] * scores[row]);

    public override void Predict(Span<double> outputs)
    {
        outputs[1] = Link.Sigmoid(outputs[1]);
        outputs[0] = 1 - outputs[1];
    }
}

/// <summary>The log loss of several classes through softmax, with the diagonal of the second derivatives.</summary>
internal sealed class MultinomialLogLoss(int classes) : BoostingLoss
{
    public override int Outputs => classes;

    public override double[] BaseScores(double[] target, int[] rows)
    {
        var counts = new int[classes];
        foreach (var row in rows)
        {
            counts[(int)target[row]]++;
        }

        return Array.ConvertAll(counts, count => Math.Log((double)count / rows.Length));
    }

    public override void Derive(double[] target, double[] scores, float[] gradients, float[] hessians, int start, int end)
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

    public override double At(double[] target, double[] scores, int row)
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
