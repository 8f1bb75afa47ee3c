using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Makes the weights of rows from what a spec says of them.</summary>
public static class TrainingWeights
{
    /// <param name="spec">Null if all rows count alike.</param>
    /// <param name="signature">What is predicted, and for classes their order.</param>
    /// <param name="target">The class index or value of each row to learn from; never NaN.</param>
    /// <param name="weightColumn">The column that the spec names, on the same rows; null if it names none.</param>
    /// <returns>A weight for each row, at least 0, some over 0; null if all rows count alike.</returns>
    /// <remarks>
    /// Balanced is scikit-learn's: a row of a class counts n / (k · n_class), n being the rows and k the classes that have any.
    /// </remarks>
    /// <exception cref="TrainingRefusedException">The column has weights that are missing, negative or infinite, or all are 0.</exception>
    public static double[]? Of(WeightSpec? spec, ModelSignature signature, double[] target, NumericColumn? weightColumn)
    {
        if (spec is null || (spec.Column is null && !spec.Balanced && spec.Classes is not { Count: > 0 }))
        {
            return null;
        }

        if ((spec.Column is null) != (weightColumn is null) || (weightColumn is { } given && given.Values.Length != target.Length))
        {
            throw new ArgumentException($"The weight column '{spec.Column}' is needed on all {target.Length} rows.", nameof(weightColumn));
        }

        var weights = new double[target.Length];
        Array.Fill(weights, 1);
        if (weightColumn is not null)
        {
            Refuse(weightColumn, value => double.IsNaN(value), "missing");
            Refuse(weightColumn, value => value < 0, "negative");
            Refuse(weightColumn, double.IsInfinity, "infinite");
            weightColumn.Values.CopyTo(weights, 0);
        }

        if (signature.Task is not TaskType.Regression)
        {
            var factors = ClassFactors(spec, signature, target);
            for (var row = 0; row < weights.Length; row++)
            {
                weights[row] *= factors[(int)target[row]];
            }
        }

        return Array.TrueForAll(weights, weight => weight is 0)
            ? throw new TrainingRefusedException("The weight of every row is 0, so there is nothing to learn from.")
            : weights;
    }

    private static double[] ClassFactors(WeightSpec spec, ModelSignature signature, double[] target)
    {
        var counts = new int[signature.Classes.Count];
        foreach (var label in target)
        {
            counts[(int)label]++;
        }

        var present = counts.Count(count => count > 0);
        return
        [
            .. signature.Classes.Select((name, index) =>
                (spec.Balanced && counts[index] > 0 ? target.Length / ((double)present * counts[index]) : 1)
                * (spec.Classes?.TryGetValue(name, out var factor) is true ? factor : 1)),
        ];
    }

    private static void Refuse(NumericColumn column, Func<double, bool> isBad, string problem)
    {
        if (column.Values.Count(isBad) is var rows and > 0)
        {
            throw new TrainingRefusedException($"The weight column '{column.Schema.Name}' is {problem} in {rows} rows.");
        }
    }
}
