using System.Globalization;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>What is searched where a spec names no learner.</summary>
/// <param name="Search">With the whole space, and the budget as trials and minutes.</param>
/// <param name="Enqueued">Every candidate with its defaults, which are tried first.</param>
/// <param name="Preprocessing">Of the columns that are not left to the learners.</param>
/// <param name="Notes">What was chosen and why, a sentence each.</param>
public sealed record AutoMlChoice(
    SearchSpec Search,
    IReadOnlyList<IReadOnlyDictionary<string, HyperparameterValue>> Enqueued,
    IReadOnlyDictionary<string, ColumnPreprocessing>? Preprocessing,
    IReadOnlyList<string> Notes);

/// <summary>Chooses candidates, preprocessing and a search space by task, schema and size.</summary>
/// <remarks>
/// One space over all learners: which learner is a categorical parameter, and each learner's hyperparameters exist where it was
/// chosen, in the ranges that it suggests. So one sampler shares the budget among learners, more of it to those that do better
/// (Thornton et al., "Auto-WEKA", KDD 2013, state the problem so).
/// </remarks>
public static class AutoMl
{
    private const int DefaultTrials = 30;
    private const double DefaultMinutes = 10;

    /// <summary>The candidates in the order in which their defaults are tried.</summary>
    /// <remarks>ML.NET's learners are not among them: of their kinds there are others already, which pruners can stop.</remarks>
    private static readonly Candidate[] Known =
    [
        new("gradient-boosting"),
        new("logistic-regression"),
        new("ridge"),
        new("naive-bayes", NeedsText: true),
        new("random-forest", MaxRows: 100_000),
        new("extra-trees", MaxRows: 100_000),
        new("elastic-net"),
    ];

    /// <param name="spec">A spec without a learner; what its search says is kept.</param>
    /// <param name="signature">What is to be predicted from what.</param>
    /// <param name="rows">The training rows.</param>
    /// <param name="learners">What can be trained with.</param>
    /// <exception cref="TrainingRefusedException">No learner is left that could do it.</exception>
    public static AutoMlChoice Choose(
        TrainingSpec spec, ModelSignature signature, LearningRows rows, IReadOnlyCollection<ILearner> learners)
    {
        AutoMlSpace.Require(spec.Search, learners);
        var notes = new List<string>
        {
            FormattableString.Invariant(
                $"{signature.Task} of '{signature.Target}' from {signature.Features.Count} features, on {rows.Target.Length} training rows."),
        };
        var candidates = Candidates(spec, signature, rows.Target.Length, learners, notes);
        var preprocessing = AutoPreprocessing.Choose(spec.Preprocessing, signature, rows.Frame, notes);
        var space = Space(spec.Search?.Space, candidates);
        var search = (spec.Search ?? new SearchSpec(Trials: spec.Budget?.Trials ?? DefaultTrials)) with
        {
            Space = space,
            Pruner = spec.Search?.Pruner ?? (CanPrune(spec.Search?.Objectives) ? new PrunerSpec(PrunerKind.Median) : null),
            MaxMinutes = Least(spec.Search?.MaxMinutes, spec.Budget?.Minutes) ?? DefaultMinutes,
        };
        search = search with { Trials = Math.Min(search.Trials, spec.Budget?.Trials ?? search.Trials) };
        notes.Add(FormattableString.Invariant($"The budget is {search.Trials} trials, none begun after {search.MaxMinutes} minutes."));
        return new AutoMlChoice(search, [.. candidates.Select(learner => Defaults(learner, space))], preprocessing, notes);
    }

    private static List<ILearner> Candidates(
        TrainingSpec spec, ModelSignature signature, int rows, IReadOnlyCollection<ILearner> learners, List<string> notes)
    {
        var hasText = signature.Features.Any(feature => feature.Type is ColumnType.Text);
        var allowed = spec.Search?.Space?.GetValueOrDefault(StudyPlan.LearnerParameter)?.Choices?.Select(choice => choice.Text).ToHashSet();
        var candidates = new List<ILearner>();
        foreach (var known in Known)
        {
            if (learners.FirstOrDefault(learner => learner.Name == known.Name) is not { } learner
                || !learner.Tasks.Contains(signature.Task)
                || allowed?.Contains(known.Name) is false)
            {
                continue;
            }

            var objection = learner.Unavailable
                ?? (known.NeedsText && !hasText ? "it is for text, and no feature is text"
                    : rows > known.MaxRows ? string.Create(CultureInfo.InvariantCulture, $"it is slow on more than {known.MaxRows} rows")
                    : null);
            if (objection is null)
            {
                candidates.Add(learner);
            }
            else
            {
                notes.Add($"{known.Name} is left out: {objection}.");
            }
        }

        if (candidates.Count is 0)
        {
            throw new TrainingRefusedException(
                $"learner: none of the learners that are tried on their own does {signature.Task}; name one in the spec");
        }

        notes.Add($"Candidates are {string.Join(", ", candidates.Select(learner => learner.Name))}.");
        return candidates;
    }

    private static Dictionary<string, ParameterSpec> Space(IReadOnlyDictionary<string, ParameterSpec>? given, List<ILearner> candidates)
    {
        var space = new Dictionary<string, ParameterSpec>(StringComparer.Ordinal)
        {
            [StudyPlan.LearnerParameter] = new(
                ParameterType.Categorical, Choices: [.. candidates.Select(learner => new HyperparameterValue(learner.Name))]),
        };
        foreach (var learner in candidates)
        {
            var condition = new ParameterCondition(StudyPlan.LearnerParameter, [learner.Name]);
            foreach (var known in learner.Hyperparameters)
            {
                var name = $"{learner.Name}.{known.Name}";
                if (given?.GetValueOrDefault(name) is { } own)
                {
                    space[name] = own with { When = own.When ?? condition };
                }
                else if (known.Search is { } range)
                {
                    space[name] = new ParameterSpec(
                        known.IsInteger ? ParameterType.Int : ParameterType.Float,
                        range.Low,
                        range.High,
                        range.IsLogarithmic,
                        When: condition);
                }
            }
        }

        return space;
    }

    /// <summary>A learner's defaults, drawn into the space where they lie outside.</summary>
    private static Dictionary<string, HyperparameterValue> Defaults(ILearner learner, Dictionary<string, ParameterSpec> space)
    {
        var values = new Dictionary<string, HyperparameterValue>(StringComparer.Ordinal) { [StudyPlan.LearnerParameter] = learner.Name };
        foreach (var known in learner.Hyperparameters)
        {
            var name = $"{learner.Name}.{known.Name}";
            if (space.TryGetValue(name, out var parameter))
            {
                values[name] = parameter switch
                {
                    { Choices: { } choices } => choices.Contains(known.Default) ? known.Default : choices[0],
                    { Step: not null } or { When.Parameter: not StudyPlan.LearnerParameter } => parameter.Low ?? 0,
                    _ => Math.Clamp(known.Default.Number, parameter.Low ?? double.MinValue, parameter.High ?? double.MaxValue),
                };
            }
        }

        return values;
    }

    /// <summary>Several objectives cannot be compared on the way, and a graph's size and speed are known only in the end.</summary>
    private static bool CanPrune(IReadOnlyList<ObjectiveSpec>? objectives) =>
        objectives is not { Count: > 0 } or [{ Metric: not (StudyObjective.Latency or StudyObjective.Size) }];

    private static double? Least(double? left, double? right) =>
        left is null ? right : right is null ? left : Math.Min(left.Value, right.Value);

    private sealed record Candidate(string Name, bool NeedsText = false, int MaxRows = int.MaxValue);
}
