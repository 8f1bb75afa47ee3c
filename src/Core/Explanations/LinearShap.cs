namespace Mlops.Explanations;

/// <summary>Exact Shapley values of a weighted sum, features being independent: weight × (value − mean).</summary>
/// <remarks>Štrumbelj and Kononenko, "Explaining prediction models and individual predictions with feature contributions", Knowledge
/// and Information Systems 41, 2014.</remarks>
/// <param name="weights">Row-major [outputs, columns].</param>
/// <param name="intercepts">One per output.</param>
/// <param name="means">Of each column over the background rows.</param>
/// <param name="players">For each column the index of the feature that it was made from.</param>
/// <param name="features">How many features there are.</param>
public sealed class LinearShap(double[] weights, double[] intercepts, double[] means, int[] players, int features)
{
    /// <param name="columns">Row-major [rows, columns].</param>
    public Attributions Explain(ReadOnlySpan<float> columns, int rows)
    {
        var (outputs, width) = (intercepts.Length, players.Length);
        var baseValues = new double[outputs];
        for (var output = 0; output < outputs; output++)
        {
            baseValues[output] = intercepts[output];
            for (var column = 0; column < width; column++)
            {
                baseValues[output] += weights[(output * width) + column] * means[column];
            }
        }

        var attributions = new Attributions(rows, features, baseValues, new double[rows * outputs], new double[rows * outputs * features]);
        for (var row = 0; row < rows; row++)
        {
            var values = columns.Slice(row * width, width);
            for (var output = 0; output < outputs; output++)
            {
                var at = (row * outputs) + output;
                var sum = baseValues[output];
                for (var column = 0; column < width; column++)
                {
                    var part = weights[(output * width) + column] * (values[column] - means[column]);
                    attributions.Values[(at * features) + players[column]] += part;
                    sum += part;
                }

                attributions.Outputs[at] = sum;
            }
        }

        return attributions;
    }
}
