using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Prepares columns that the learners' own ways do not suit.</summary>
internal static class AutoPreprocessing
{
    /// <summary>A category with more values becomes the mean of the target; a column for each would be mostly zeros.</summary>
    private const int MaxOneHot = 100;

    /// <summary>Notes travel with the training's result, whatever the number of columns.</summary>
    private const int MostNotes = 10;

    /// <param name="given">What the spec says of single columns, which stays.</param>
    /// <returns>Null if every column is left to the learners.</returns>
    public static IReadOnlyDictionary<string, ColumnPreprocessing>? Choose(
        IReadOnlyDictionary<string, ColumnPreprocessing>? given, ModelSignature signature, DataFrame rows, List<string> notes)
    {
        var told = new List<string>();
        var chosen = new SortedDictionary<string, ColumnPreprocessing>(StringComparer.Ordinal);
        foreach (var (name, preprocessing) in given ?? new Dictionary<string, ColumnPreprocessing>())
        {
            chosen[name] = preprocessing;
        }

        foreach (var feature in signature.Features.Where(feature => !chosen.ContainsKey(feature.Name)))
        {
            if (feature.Type is ColumnType.Timestamp)
            {
                chosen[feature.Name] = new ColumnPreprocessing(Dates: [DatePart.Month, DatePart.DayOfWeek, DatePart.Hour]);
                told.Add($"'{feature.Name}' is a point in time: its month, day of the week and hour are features too.");
            }
            else if (feature.Type is ColumnType.Text)
            {
                chosen[feature.Name] = new ColumnPreprocessing(Encode: CategoryEncoding.Text);
                told.Add($"'{feature.Name}' is text: its words are features, weighted by TF-IDF.");
            }
            else if (signature.Task is not TaskType.Multiclass
                && rows[feature.Name] is StringColumn categories
                && Distinct(categories) is > MaxOneHot and var many)
            {
                chosen[feature.Name] = new ColumnPreprocessing(Encode: CategoryEncoding.Target);
                told.Add(FormattableString.Invariant(
                    $"'{feature.Name}' has {many} different values: each becomes the mean of the target where it occurs, smoothed."));
            }
        }

        notes.AddRange(told.Take(MostNotes));
        if (told.Count > MostNotes)
        {
            notes.Add(FormattableString.Invariant($"{told.Count - MostNotes} more columns are prepared in such ways."));
        }

        return chosen.Count is 0 ? null : chosen;
    }

    private static int Distinct(StringColumn column) => column.Codes.Where(code => code is not StringColumn.Missing).Distinct().Count();
}
