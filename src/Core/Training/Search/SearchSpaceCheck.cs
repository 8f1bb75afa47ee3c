namespace Mlops.Training;

/// <summary>Finds everything that is wrong with a search space.</summary>
internal static class SearchSpaceCheck
{
    private const int MaxParameters = 100;
    private const int MaxChoices = 256;
    private const int MaxName = 256;

    // Whole numbers up to here are exact as JSON's numbers.
    private const double MaxWhole = 9007199254740991;

    public static void Check(SearchSpec search, SpecFaults faults, ILearner? learner)
    {
        if (search.Space is not { } space)
        {
            CheckSuggested(search, faults, learner);
            return;
        }

        faults.Require(space.Count is > 0 and <= MaxParameters, "space", $"expected 1 to {MaxParameters} parameters");
        foreach (var (name, parameter) in space)
        {
            var at = faults.Below($"space.{name}");
            at.Require(name.Length is > 0 and <= MaxName, "", $"expected a name of 1 to {MaxName} characters");

            // Reading JSON does not look for null in a dictionary.
            if (!at.Require(parameter is not null, "", "must not be null") || parameter is null)
            {
                continue;
            }

            var isSound = parameter.Type is ParameterType.Categorical ? CheckChoices(parameter, at) : CheckRange(parameter, at);
            CheckCondition(name, parameter.When, space, at);
            if (isSound && learner is not null)
            {
                CheckLegal(name, parameter, learner, at);
            }

            at.Require(
                !isSound || search.Sampler?.Kind is not SamplerKind.Grid || parameter is not { Type: ParameterType.Float, Step: null }
                    || parameter.Low == parameter.High,
                "step", "expected a number over 0: a grid tries every value");
        }
    }

    private static void CheckSuggested(SearchSpec search, SpecFaults faults, ILearner? learner)
    {
        var suggested = learner?.Hyperparameters.Where(known => known.Search is not null).ToList();
        faults.Require(suggested is not { Count: 0 }, "space", $"expected parameters: {learner?.Name} suggests none");
        faults.Require(
            search.Sampler?.Kind is not SamplerKind.Grid || (suggested is { Count: > 0 } && suggested.TrueForAll(known => known.IsInteger)),
            "space", "expected parameters with steps: a grid tries every value");
    }

    private static bool CheckChoices(ParameterSpec parameter, SpecFaults at)
    {
        const string NoNumber = "expected nothing: a categorical parameter has choices";
        var isSound = at.Require(parameter.Low is null, "low", NoNumber) & at.Require(parameter.High is null, "high", NoNumber)
            & at.Require(!parameter.Log, "log", NoNumber) & at.Require(parameter.Step is null, "step", NoNumber);
        if (!at.Require(parameter.Choices?.Count is > 0 and <= MaxChoices, "choices", $"expected 1 to {MaxChoices} numbers or words"))
        {
            return false;
        }

        var seen = new HashSet<HyperparameterValue>();
        for (var i = 0; i < parameter.Choices?.Count; i++)
        {
            var choice = parameter.Choices[i];
            isSound &= at.Require(choice.IsNumber ? double.IsFinite(choice.Number) : choice.Text is { Length: > 0 }, $"choices[{i}]",
                "expected a number or a word");
            isSound &= at.Require(seen.Add(choice), $"choices[{i}]", $"'{choice}' is there twice");
        }

        return isSound;
    }

    private static bool CheckRange(ParameterSpec parameter, SpecFaults at)
    {
        if (!at.Require(Enum.IsDefined(parameter.Type), "type", TrainingSpecCheck.OneOf(SearchSpecCheck.Words<ParameterType>())))
        {
            return false;
        }

        var isInt = parameter.Type is ParameterType.Int;
        var isSound = at.Require(parameter.Choices is null, "choices", "expected nothing: only a categorical parameter has choices")
            & at.Require(IsNumber(parameter.Low), "low", Number()) & at.Require(IsNumber(parameter.High), "high", Number())
            & at.Require(!(parameter.Low > parameter.High), "high", "expected a number that is not less than low")
            & at.Require(
                !(IsNumber(parameter.Low) && IsNumber(parameter.High)) || double.IsFinite((parameter.High - parameter.Low) ?? 0), "high",
                "expected a number whose distance to low is finite")
            & at.Require(
                !parameter.Log || !(parameter.Low <= 0), "low", $"expected {(isInt ? "at least 1" : "a number over 0")}, as log is set");
        if (parameter.Step is { } step)
        {
            isSound &= at.Require(step > 0 && IsNumber(step), "step", $"expected a {(isInt ? "whole " : "")}number over 0")
                & at.Require(!parameter.Log, "step", "expected nothing, as log is set")
                & at.Require(
                    !(step > 0) || !((parameter.High - parameter.Low) / step > MaxWhole), "step", "expected a greater number: there are too many steps");
        }

        return isSound;

        bool IsNumber(double? number) => number is { } value && (isInt ? double.IsInteger(value) && Math.Abs(value) <= MaxWhole : double.IsFinite(value));

        string Number() => isInt ? "expected a whole number" : "expected a finite number";
    }

    private static void CheckCondition(
        string name, ParameterCondition? when, IReadOnlyDictionary<string, ParameterSpec> space, SpecFaults faults)
    {
        if (when is null)
        {
            return;
        }

        var at = faults.Below("when");
        if (!at.Require(
            when.Parameter != name && space.TryGetValue(when.Parameter, out var parent) && parent is { Type: ParameterType.Categorical },
            "parameter", "expected another, categorical parameter of the space"))
        {
            return;
        }

        at.Require(!IsInCircle(name, space), "parameter", "expected a parameter that does not itself depend on this one");
        at.Require(when.In?.Count is > 0, "in", "expected values of the other parameter");
        var choices = space[when.Parameter].Choices ?? [];
        for (var i = 0; i < when.In?.Count; i++)
        {
            at.Require(choices.Contains(when.In[i]), $"in[{i}]", TrainingSpecCheck.OneOf(choices.Select(choice => choice.ToString())));
        }
    }

    private static bool IsInCircle(string name, IReadOnlyDictionary<string, ParameterSpec> space)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var at = name; space.TryGetValue(at, out var parameter) && parameter?.When is { } when; at = when.Parameter)
        {
            if (when.Parameter == name)
            {
                return true;
            }

            if (!seen.Add(when.Parameter))
            {
                return false;
            }
        }

        return false;
    }

    private static void CheckLegal(string name, ParameterSpec parameter, ILearner learner, SpecFaults at)
    {
        if (!at.Require(
            learner.Hyperparameters.Any(known => known.Name == name), "",
            $"{learner.Name} has {string.Join(", ", learner.Hyperparameters.Select(known => known.Name))}"))
        {
            return;
        }

        var hyperparameter = learner.Hyperparameters.First(known => known.Name == name);
        if (parameter.Choices is { } choices)
        {
            for (var i = 0; i < choices.Count; i++)
            {
                at.Require(hyperparameter.Allows(choices[i]), $"choices[{i}]", hyperparameter.Expected);
            }
        }
        else if (at.Require(hyperparameter.Choices is null, "type", "expected categorical, as it is one of a few words")
            && at.Require(!hyperparameter.IsInteger || parameter.Type is ParameterType.Int, "type", "expected int, as it is a whole number"))
        {
            at.Require(hyperparameter.Allows(parameter.Low ?? 0), "low", hyperparameter.Expected);
            at.Require(hyperparameter.Allows(parameter.High ?? 0), "high", hyperparameter.Expected);
        }
    }
}
