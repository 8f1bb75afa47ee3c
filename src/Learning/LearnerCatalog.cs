using System.Diagnostics.CodeAnalysis;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The learners that a training spec can name.</summary>
public sealed class LearnerCatalog
{
    private readonly SortedDictionary<string, ILearner> _byName = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Two learners have the same name.</exception>
    public LearnerCatalog(IEnumerable<ILearner> learners)
    {
        foreach (var learner in learners)
        {
            _byName.Add(learner.Name, learner);
        }
    }

    /// <summary>In ordinal order of their names.</summary>
    public IReadOnlyCollection<ILearner> All => _byName.Values;

    public bool TryFind(string name, [NotNullWhen(true)] out ILearner? learner) => _byName.TryGetValue(name, out learner);
}
