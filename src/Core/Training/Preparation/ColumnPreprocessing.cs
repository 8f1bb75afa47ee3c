namespace Mlops.Training;

/// <summary>What takes the place of a missing value.</summary>
public enum Imputation { Median, Mean, MostFrequent, Constant, None }

/// <summary>How a number is made comparable with others.</summary>
public enum Scaling { Standard, MinMax, Robust, None }

/// <summary>How a category or a text becomes numbers.</summary>
public enum CategoryEncoding { OneHot, Ordinal, Target, Text }

/// <summary>A part of a point in time that becomes a column of its own, in UTC; days of the week count from Monday, 0.</summary>
/// <remarks>
/// Models take time in single precision: whole days stay exact for millennia and full hours keep their hour, but minutes are good to
/// about three of them.
/// </remarks>
public enum DatePart { Year, Month, Day, DayOfWeek, DayOfYear, Hour, Minute }

/// <summary>How one feature is prepared; what is absent follows from its type and from the learner.</summary>
/// <param name="Impute">What takes the place of a missing value; a missing category is otherwise one of its own.</param>
/// <param name="Fill">The constant of <see cref="Imputation.Constant"/>.</param>
/// <param name="Indicator">Whether a column of its own says that the value was missing.</param>
/// <param name="Scale">For numbers.</param>
/// <param name="Encode">For categories and texts.</param>
/// <param name="MaxCategories">At most this many categories get a column of their own; the rarest are folded into one more, and so is
/// what training has not seen.</param>
/// <param name="MinFrequency">A category seen in fewer rows than this share is folded.</param>
/// <param name="Smoothing">Of target encoding: how many rows the overall mean counts for; 10 if absent.</param>
/// <param name="Dates">For timestamps: the parts that are used besides the time itself; month, day of the week and hour if absent.</param>
/// <param name="Text">For <see cref="CategoryEncoding.Text"/>.</param>
public sealed record ColumnPreprocessing(
    Imputation? Impute = null,
    HyperparameterValue? Fill = null,
    bool? Indicator = null,
    Scaling? Scale = null,
    CategoryEncoding? Encode = null,
    int? MaxCategories = null,
    double? MinFrequency = null,
    double? Smoothing = null,
    IReadOnlyList<DatePart>? Dates = null,
    TextPreprocessing? Text = null);

/// <summary>How free text becomes TF-IDF features.</summary>
/// <param name="MinWords">The shortest n-gram, in words; 1 if absent.</param>
/// <param name="MaxWords">The longest n-gram, in words; the shortest if absent.</param>
/// <param name="MinDocuments">An n-gram found in fewer training rows is left out; 2 if absent.</param>
/// <param name="MaxTerms">At most this many n-grams, the most frequent; absent: 5000, for trees 100.</param>
public sealed record TextPreprocessing(int? MinWords = null, int? MaxWords = null, int? MinDocuments = null, int? MaxTerms = null);
