namespace Mlops.Training;

/// <summary>Finds everything that is wrong with a search before any data is read.</summary>
internal static class SearchSpecCheck
{
    /// <param name="learner">Whose hyperparameters are searched; null if the search chooses the learner.</param>
    public static IEnumerable<SpecError> Check(SearchSpec search, string path, ILearner? learner) => [];
}
