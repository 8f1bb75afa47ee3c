using Mlops.Data;

namespace Mlops.Training;

/// <summary>Finds everything that is wrong with how columns are to be prepared.</summary>
internal static class PreprocessingCheck
{
    private const int MostCategories = 10_000;
    private const int MostWords = 5;
    private const int MostTerms = 100_000;
    private const string NoNumbers = "numbers are not encoded: categories and texts are";
    private const string NoCategory = "a text is no category unless encoded as one";
    private const string NoTimestamp = "only a timestamp has parts";

    /// <summary>What is wrong whatever the data is.</summary>
    /// <param name="preprocessing">As it was sent: a value may be null.</param>
    public static IEnumerable<SpecError> Check(IReadOnlyDictionary<string, ColumnPreprocessing> preprocessing, string path) =>
        preprocessing.SelectMany(column => column.Value is null
            ? [new SpecError($"{path}.{column.Key}", "expected how the column is prepared")]
            : Ranges(column.Value, $"{path}.{column.Key}").Concat(Combinations(column.Value, $"{path}.{column.Key}")));

    /// <summary>What does not fit the columns that the data has.</summary>
    /// <param name="features">Those that a model learns from.</param>
    public static IEnumerable<SpecError> CheckAgainst(
        IReadOnlyDictionary<string, ColumnPreprocessing> preprocessing, IReadOnlyList<ColumnSchema> features, string path)
    {
        foreach (var (name, asked) in preprocessing)
        {
            if (features.FirstOrDefault(feature => feature.Name == name) is not { } feature)
            {
                yield return new SpecError($"{path}.{name}", $"'{name}' is none of the features");
                continue;
            }

            foreach (var (field, problem) in feature.IsNumeric ? OnNumbers(asked, feature.Type) : OnStrings(asked, feature.Type))
            {
                yield return new SpecError($"{path}.{name}.{field}", problem);
            }
        }
    }

    private static IEnumerable<SpecError> Ranges(ColumnPreprocessing asked, string path)
    {
        var text = asked.Text ?? new TextPreprocessing();
        (bool Holds, string Field, string Problem)[] rules =
        [
            (asked.Impute is null || Enum.IsDefined(asked.Impute.Value), "impute", NamesOf<Imputation>()),
            (asked.Scale is null || Enum.IsDefined(asked.Scale.Value), "scale", NamesOf<Scaling>()),
            (asked.Encode is null || Enum.IsDefined(asked.Encode.Value), "encode", NamesOf<CategoryEncoding>()),
            (asked.Fill is not { IsNumber: true } fill || float.IsFinite((float)fill.Number), "fill", "expected a finite number"),
            (asked.MaxCategories is null or (>= 1 and <= MostCategories), "maxCategories", Whole(1, MostCategories)),
            (asked.MinFrequency is null or (>= 0 and < 1), "minFrequency", "expected a share from 0 and under 1"),
            (asked.Smoothing is null or (>= 0 and <= 1e9), "smoothing", "expected a number from 0 to 1000000000"),
            (asked.Dates?.All(Enum.IsDefined) is not false, "dates", NamesOf<DatePart>()),
            (asked.Dates?.Distinct().Count() == asked.Dates?.Count, "dates", "a part is named twice"),
            (text.MinWords is null or (>= 1 and <= MostWords), "text.minWords", Whole(1, MostWords)),
            (text.MaxWords is null or (>= 1 and <= MostWords), "text.maxWords", Whole(1, MostWords)),
            ((text.MinWords ?? 1) <= (text.MaxWords ?? MostWords), "text.minWords", "expected no more than maxWords"),
            (text.MinDocuments is null or >= 1, "text.minDocuments", "expected a whole number from 1"),
            (text.MaxTerms is null or (>= 1 and <= MostTerms), "text.maxTerms", Whole(1, MostTerms)),
        ];
        return rules.Where(rule => !rule.Holds).Select(rule => new SpecError($"{path}.{rule.Field}", rule.Problem));
    }

    private static IEnumerable<SpecError> Combinations(ColumnPreprocessing asked, string path)
    {
        var folds = asked.MaxCategories is not null || asked.MinFrequency is not null;
        (bool Holds, string Field, string Problem)[] rules =
        [
            (asked.Fill is null || asked.Impute is Imputation.Constant, "fill", "only impute constant has a fill"),
            (asked.Impute is not Imputation.Constant || asked.Fill is not null, "fill", "expected the constant of impute constant"),
            (asked.Indicator is not true || asked.Encode is not CategoryEncoding.Text, "indicator", "a text has no indicator"),
            (!folds || asked.Encode is null or CategoryEncoding.OneHot, "encode", "only oneHot folds categories"),
            (asked.Smoothing is null || asked.Encode is CategoryEncoding.Target, "smoothing", "only encode target is smoothed"),
            (asked.Text is null || asked.Encode is null or CategoryEncoding.Text, "text", "only encode text has terms"),
            (asked.Text is null || !folds, "text", "a text has no categories to fold"),
            (asked.Scale is null or Scaling.None || asked.Encode is null or CategoryEncoding.Ordinal or CategoryEncoding.Target,
                "scale", "only numbers, ordinals and target means are scaled"),
            (asked.Dates is not { Count: > 0 } || asked.Encode is null, "dates", NoTimestamp),
        ];
        return rules.Where(rule => !rule.Holds).Select(rule => new SpecError($"{path}.{rule.Field}", rule.Problem));
    }

    private static IEnumerable<(string Field, string Problem)> OnNumbers(ColumnPreprocessing asked, ColumnType type)
    {
        (bool Holds, string Field, string Problem)[] rules =
        [
            (asked.Fill is not { IsNumber: false }, "fill", "expected a number"),
            (asked.Encode is null, "encode", NoNumbers),
            (asked.MaxCategories is null, "maxCategories", NoNumbers),
            (asked.MinFrequency is null, "minFrequency", NoNumbers),
            (asked.Text is null, "text", NoNumbers),
            (asked.Dates is not { Count: > 0 } || type is ColumnType.Timestamp, "dates", NoTimestamp),
        ];
        return rules.Where(rule => !rule.Holds).Select(rule => (rule.Field, rule.Problem));
    }

    private static IEnumerable<(string Field, string Problem)> OnStrings(ColumnPreprocessing asked, ColumnType type)
    {
        var isText = asked.Encode is CategoryEncoding.Text || (asked.Encode is null && type is ColumnType.Text);
        (bool Holds, string Field, string Problem)[] rules =
        [
            (asked.Impute is not (Imputation.Median or Imputation.Mean),
                "impute", "a category has no mean: expected mostFrequent, constant or none"),
            (asked.Fill is not { IsNumber: true }, "fill", "expected a word"),
            (asked.Scale is null or Scaling.None || asked.Encode is not null, "scale", "expected a column of numbers"),
            (asked.Dates is not { Count: > 0 }, "dates", NoTimestamp),
            (!isText || asked.Impute is null or Imputation.None or Imputation.Median or Imputation.Mean, "impute", NoCategory),
            (!isText || asked.Indicator is not true || asked.Encode is not null, "indicator", NoCategory),
            (!isText || asked.MaxCategories is null || asked.Encode is not null, "maxCategories", NoCategory),
            (!isText || asked.MinFrequency is null || asked.Encode is not null, "minFrequency", NoCategory),
            (isText || asked.Text is null || asked.Encode is not null, "text", "only encode text has terms"),
        ];
        return rules.Where(rule => !rule.Holds).Select(rule => (rule.Field, rule.Problem));
    }

    private static string Whole(int least, int most) => FormattableString.Invariant($"expected a whole number from {least} to {most}");

    private static string NamesOf<T>()
        where T : struct, Enum => TrainingSpecCheck.OneOf(Enum.GetNames<T>().Select(name => char.ToLowerInvariant(name[0]) + name[1..]));
}
