using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The values of a learner's hyperparameters, held against what it declares.</summary>
internal readonly struct Settings(ILearner learner, TrainingOptions options)
{
    /// <exception cref="ArgumentException">The value is missing or outside the declared range.</exception>
    public double this[Hyperparameter declared] => Value(declared).Number;

    /// <exception cref="ArgumentException">The value is missing or none of the declared words.</exception>
    public string Word(Hyperparameter declared) => Value(declared).Text!;

    public int Integer(Hyperparameter declared) => (int)this[declared];

    private HyperparameterValue Value(Hyperparameter declared) =>
        !options.Hyperparameters.TryGetValue(declared.Name, out var value)
            ? throw new ArgumentException($"{learner.Name} needs a value for '{declared.Name}'.", nameof(declared))
            : declared.Allows(value)
                ? value
                : throw new ArgumentException($"{learner.Name} cannot take {value} for '{declared.Name}'.", nameof(declared));
}
