using System.Globalization;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>A spec made definite by the data it meets: the signature the model will have, and the target as numbers.</summary>
/// <param name="Target">The class index or value of each row of the data set; NaN where it is missing.</param>
public sealed record TrainingPlan(ModelSignature Signature, double[] Target)
{
    /// <summary>Integers with more different values than this are quantities, not classes.</summary>
    private const int MaxIntegerClasses = 20;

    private const int MaxClasses = 1_000;

    /// <summary>Fits the spec to the data.</summary>
    /// <returns>Every reason why it does not fit, each with its path in the spec.</returns>
    public static PlanOutcome Make(TrainingSpec spec, DataFrame data)
    {
        if (data.Find(spec.Target) is not { } target)
        {
            return Refused(
                "target", $"the data set has no column '{spec.Target}'; it has {Listed(data.Columns.Select(column => column.Name))}");
        }

        var names = spec.Features
            ?? [.. data.Columns.Select(column => column.Name).Where(name => name != spec.Target && name != spec.Weights?.Column)];
        var errors = new List<SpecError>();
        for (var i = 0; i < names.Count; i++)
        {
            if (data.Find(names[i]) is null)
            {
                errors.Add(new SpecError($"features[{i}]", $"the data set has no column '{names[i]}'"));
            }
        }

        for (var i = 0; i < (spec.Sensitive?.Count ?? 0); i++)
        {
            if (!names.Contains(spec.Sensitive![i]))
            {
                errors.Add(new SpecError($"sensitive[{i}]", $"'{spec.Sensitive[i]}' is none of the features"));
            }
        }

        errors.AddRange(EvaluationColumns.Check(spec, data));
        if (names.Count is 0)
        {
            errors.Add(new SpecError("features", "the data set has no column but the target"));
        }

        var labels = Labels(target);
        var distinct = labels is null ? [] : Sorted(labels.OfType<string>().ToHashSet(StringComparer.Ordinal));
        var task = spec.Task ?? InferTask(target, distinct.Count);
        errors.AddRange(GateDataCheck.Check(spec.Gates ?? [], "gates", task, data));
        if (task is TaskType.Regression ? target is not NumericColumn : labels is null)
        {
            errors.Add(new SpecError("task", $"a column of type {target.Schema.Type} cannot be the target of {Lower(task)}"));
        }

        if (task is TaskType.Regression)
        {
            CheckNoPositiveClass(spec, errors);
        }
        else
        {
            CheckClasses(spec, task, distinct, errors);
        }

        errors.AddRange(spec.Weights?.CheckAgainst(data, task is TaskType.Regression ? null : distinct, "weights") ?? []);
        errors.AddRange(spec.Calibration?.CheckAgainst(task, "calibration") ?? []);
        List<ColumnSchema> found = [.. names.Select(data.Find).OfType<Column>().Select(column => column.Schema)];
        errors.AddRange(PreprocessingCheck.CheckAgainst(
            spec.Preprocessing ?? new Dictionary<string, ColumnPreprocessing>(), found, "preprocessing"));
        errors.AddRange(MonotoneCheck.CheckAgainst(spec, task, found));
        if (errors.Count > 0)
        {
            return new PlanOutcome.Refused(errors);
        }

        if (task is TaskType.Binary && spec.PositiveClass == distinct[0])
        {
            distinct.Reverse();
        }

        var features = names
            .Select(name => data[name].Schema with { Sensitive = spec.Sensitive?.Contains(name) is true }).ToList();
        var signature = new ModelSignature(features, spec.Target, task, task is TaskType.Regression ? [] : distinct);
        return new PlanOutcome.Made(new TrainingPlan(signature, Encode(target, signature)));
    }

    /// <summary>The class index or value of each row, NaN where it is missing or a class the signature does not know.</summary>
    public static double[] Encode(Column target, ModelSignature signature)
    {
        if (signature.Task is TaskType.Regression)
        {
            return ((NumericColumn)target).Values;
        }

        var index = signature.Classes
            .Select((name, i) => (name, i))
            .ToDictionary(pair => pair.name, pair => (double)pair.i, StringComparer.Ordinal);
        return [.. Labels(target)!.Select(label => label is not null && index.TryGetValue(label, out var code) ? code : double.NaN)];
    }

    /// <summary>The target as class labels, or null if it holds quantities.</summary>
    private static string?[]? Labels(Column target) => target switch
    {
        StringColumn strings => [.. Enumerable.Range(0, strings.Length).Select(row => strings[row])],
        NumericColumn { Schema.Type: ColumnType.Boolean } flags =>
            [.. flags.Values.Select(value => double.IsNaN(value) ? null : value is 0 ? "false" : "true")],
        NumericColumn { Schema.Type: ColumnType.Integer } integers =>
            [.. integers.Values.Select(value => double.IsNaN(value) ? null : ((long)value).ToString(CultureInfo.InvariantCulture))],
        _ => null,
    };

    private static TaskType InferTask(Column target, int classes) =>
        target.Schema.Type is ColumnType.Number or ColumnType.Timestamp
            || (target.Schema.Type is ColumnType.Integer && classes > MaxIntegerClasses)
            ? TaskType.Regression
            : classes <= 2 ? TaskType.Binary : TaskType.Multiclass;

    private static void CheckClasses(TrainingSpec spec, TaskType task, List<string> classes, List<SpecError> errors)
    {
        if (classes.Count < 2)
        {
            errors.Add(new SpecError("target", $"'{spec.Target}' has {classes.Count} different values; classification needs at least 2"));
        }
        else if (classes.Count > MaxClasses)
        {
            errors.Add(new SpecError(
                "target", $"'{spec.Target}' has {classes.Count} different values; classification takes at most {MaxClasses}"));
        }
        else if (task is TaskType.Binary && classes.Count > 2)
        {
            errors.Add(new SpecError("task", $"'{spec.Target}' has {classes.Count} classes ({Listed(classes)}), binary takes 2"));
        }

        if (task is not TaskType.Binary)
        {
            CheckNoPositiveClass(spec, errors);
        }
        else if (spec.PositiveClass is { } positive && !classes.Contains(positive))
        {
            errors.Add(new SpecError("positiveClass", $"expected one of {Listed(classes)}"));
        }
    }

    private static void CheckNoPositiveClass(TrainingSpec spec, List<SpecError> errors)
    {
        if (spec.PositiveClass is not null)
        {
            errors.Add(new SpecError("positiveClass", "only two classes have a positive one"));
        }
    }

    private static List<string> Sorted(HashSet<string> labels) =>
        labels.All(label => long.TryParse(label, CultureInfo.InvariantCulture, out _))
            ? [.. labels.OrderBy(label => long.Parse(label, CultureInfo.InvariantCulture)).ThenBy(label => label, StringComparer.Ordinal)]
            : [.. labels.Order(StringComparer.Ordinal)];

    private static PlanOutcome.Refused Refused(string path, string problem) => new([new SpecError(path, problem)]);

    private static string Listed(IEnumerable<string> names)
    {
        var shown = names.Take(11).ToList();
        return string.Join(", ", shown.Take(10)) + (shown.Count > 10 ? ", …" : "");
    }

    private static string Lower(TaskType task) => task.ToString().ToLowerInvariant();
}

/// <summary>Whether a spec fits its data.</summary>
public abstract record PlanOutcome
{
    private PlanOutcome() { }

    public sealed record Made(TrainingPlan Plan) : PlanOutcome;

    public sealed record Refused(IReadOnlyList<SpecError> Errors) : PlanOutcome;
}
