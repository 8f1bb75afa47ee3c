using System.Text.Json.Serialization;

namespace Mlops.Training;

/// <summary>A setting of a learner: a number in a range, or one of a few words.</summary>
/// <param name="Name">camelCase, as it stands in a training spec.</param>
/// <param name="Default">The value used when the spec does not name it.</param>
/// <param name="Minimum">The least legal value, inclusive; 0 for words.</param>
/// <param name="Maximum">The greatest legal value, inclusive; 0 for words.</param>
/// <param name="IsInteger">Whether only whole numbers are legal.</param>
/// <param name="Description">What it does, in a sentence, with its unit.</param>
/// <param name="Choices">The legal words; null for a number.</param>
/// <param name="Search">Where a search looks for good values when nobody says otherwise; null if it leaves the default alone.</param>
public sealed record Hyperparameter(
    string Name,
    HyperparameterValue Default,
    double Minimum,
    double Maximum,
    bool IsInteger,
    string Description,
    IReadOnlyList<string>? Choices = null,
    SuggestedRange? Search = null)
{
    /// <summary>A hyperparameter that is one of a few words.</summary>
    public static Hyperparameter Choice(string name, string byDefault, IReadOnlyList<string> choices, string description) =>
        new(name, byDefault, 0, 0, false, description, choices);

    /// <summary>What is legal, for a message: <c>expected a whole number from 1 to 10000</c>.</summary>
    [JsonIgnore]
    public string Expected => Choices is { } words
        ? $"expected one of {string.Join(", ", words)}"
        : FormattableString.Invariant($"expected a {(IsInteger ? "whole number" : "number")} from {Minimum} to {Maximum}");

    public bool Allows(HyperparameterValue value) => Choices is { } words
        ? value.Text is { } word && words.Contains(word)
        : value.IsNumber && value.Number >= Minimum && value.Number <= Maximum && (!IsInteger || double.IsInteger(value.Number));
}

/// <summary>The range of a number that is worth searching, inside what is legal.</summary>
/// <param name="IsLogarithmic">Whether its order of magnitude is what matters.</param>
public sealed record SuggestedRange(double Low, double High, bool IsLogarithmic = false);
