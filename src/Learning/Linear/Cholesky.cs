namespace Mlops.Learning;

/// <summary>Linear equations whose matrix is symmetric and positive definite.</summary>
/// <remarks>Golub and Van Loan, "Matrix Computations", 4th edition, section 4.2.</remarks>
internal static class Cholesky
{
    /// <summary>Solves (A + <paramref name="ridge"/>·I) x = b.</summary>
    /// <param name="matrix">A, positive semidefinite but for rounding; only its lower triangle is read.</param>
    /// <param name="ridge">Over 0.</param>
    /// <remarks>A pivot that rounding has made smaller than <paramref name="ridge"/>, the least it can be, counts as that.</remarks>
    public static double[] Solve(double[][] matrix, double ridge, double[] right)
    {
        var factor = matrix.Select((row, index) => row[..(index + 1)]).ToArray();
        for (var i = 0; i < factor.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                factor[i][j] = (factor[i][j] - Dot(factor[i], factor[j], j)) / factor[j][j];
            }

            factor[i][i] = Math.Sqrt(Math.Max(ridge, factor[i][i] + ridge - Dot(factor[i], factor[i], i)));
        }

        var solution = (double[])right.Clone();
        for (var i = 0; i < factor.Length; i++)
        {
            solution[i] = (solution[i] - Dot(factor[i], solution, i)) / factor[i][i];
        }

        for (var i = factor.Length - 1; i >= 0; i--)
        {
            solution[i] /= factor[i][i];
            for (var j = 0; j < i; j++)
            {
                solution[j] -= factor[i][j] * solution[i];
            }
        }

        return solution;
    }

    private static double Dot(double[] left, double[] right, int count)
    {
        double sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }
}
