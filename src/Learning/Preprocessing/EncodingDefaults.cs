using Mlops.Training;

namespace Mlops.Learning;

/// <summary>How a kind of learner would have its features where nobody says otherwise.</summary>
/// <param name="Impute">What takes the place of a missing number.</param>
/// <param name="Scale">How numbers are made comparable.</param>
/// <param name="MaxOneHot">A category of more levels is folded, or ranked.</param>
/// <param name="RanksMany">Whether a category of many levels is one column of ranks, the rest being missing values there.</param>
/// <param name="WeighsTerms">Whether the terms of a text are weighted by TF-IDF, or only counted.</param>
/// <param name="MaxTerms">At most this many terms of a text.</param>
internal sealed record EncodingDefaults(
    Imputation Impute, Scaling Scale, int MaxOneHot, bool RanksMany, bool WeighsTerms, int MaxTerms)
{
    public static EncodingDefaults Linear { get; } = new(Imputation.Median, Scaling.Standard, 1_000, false, true, 5_000);

    /// <summary>Nothing is negative, as the multinomial distribution asks.</summary>
    public static EncodingDefaults Counts { get; } = Linear with { Scale = Scaling.MinMax };

    /// <summary>Terms are counted only: whole numbers fall on the same side of a threshold in the graph as in training.</summary>
    public static EncodingDefaults Trees { get; } = new(Imputation.None, Scaling.None, 16, true, false, 100);

    /// <summary>Whether a column may have missing values after all.</summary>
    public bool TakesMissing => RanksMany;
}
