using Mlops.Data;

namespace Mlops.Registry;

/// <summary>A feature of a model made elsewhere.</summary>
/// <param name="Type">Absent: a number if it travels in the graph's float input, a category if in its string input.</param>
/// <param name="Nullable">Whether the model takes missing values (NaN, or the empty string).</param>
public sealed record FeatureClaim(string Name, ColumnType? Type = null, bool Nullable = false);

/// <summary>What is said of a model made elsewhere; what is left out is read from its graph.</summary>
/// <remarks>A model with features is one about the columns of a table. One without takes tensors.</remarks>
/// <param name="Features">In the order of the columns of the graph's input.</param>
/// <param name="Numbered">Whether the features are to be called <c>f0</c>, <c>f1</c>… instead of being named.</param>
/// <param name="Target">What it predicts; <c>target</c> if absent.</param>
/// <param name="Task">Absent: a classifier if classes are given or the graph names some, else a regressor.</param>
/// <param name="Classes">Absent: those that the graph names. The positive one of two is the last.</param>
/// <param name="DecisionThreshold">Of two classes, over 0 and under 1.</param>
/// <param name="Tensors">Of a model that takes tensors; absent: what the graph says.</param>
public sealed record ModelClaims(
    IReadOnlyList<FeatureClaim>? Features = null,
    bool Numbered = false,
    string? Target = null,
    TaskType? Task = null,
    IReadOnlyList<string>? Classes = null,
    double? DecisionThreshold = null,
    TensorSignature? Tensors = null)
{
    public const string DefaultTarget = "target";
    public const int MaxFeatures = 10_000;
    public const int MaxClasses = 1_000;
    public const int MaxTensors = 1_000;
    public const int MaxRank = 16;
    public const int MaxName = 256;

    /// <summary>Whether the model is about the columns of a table.</summary>
    public bool IsTabular => Features is not null || Numbered;

    /// <summary>Everything that is wrong with the claims whatever the model is; empty if nothing is.</summary>
    public IReadOnlyList<ClaimFault> Faults()
    {
        var faults = new List<ClaimFault>();
        Require(Features is null || !Numbered, "numbered", "expected false, as the features are named");
        Require(Features is not { Count: 0 or > MaxFeatures }, "features", $"expected 1 to {MaxFeatures} features");
        CheckNames(Features?.Select(feature => feature?.Name), index => $"features[{index}].name", "a feature");
        Require(Target is null or { Length: > 0 and <= MaxName }, "target", $"expected 1 to {MaxName} characters");
        Require(Classes is not { Count: < 2 or > MaxClasses }, "classes", $"expected 2 to {MaxClasses} classes");
        CheckNames(Classes, index => $"classes[{index}]", "a class");
        Require(DecisionThreshold is null or (> 0 and < 1), "decisionThreshold", "expected a probability over 0 and under 1");
        CheckTask();
        CheckTensors();
        return faults;

        void Require(bool holds, string field, string reason)
        {
            if (!holds)
            {
                faults.Add(new ClaimFault(field, reason));
            }
        }

        void CheckTask()
        {
            if (!IsTabular)
            {
                Require(Task is null or TaskType.Tensors, "task", "expected none, or tensors, as no features are named");
                Require(Classes is null, "classes", "expected none, as no features are named");
                Require(Target is null, "target", "expected none, as no features are named");
                Require(DecisionThreshold is null, "decisionThreshold", "expected none, as no features are named");
                return;
            }

            Require(Tensors is null, "tensors", "expected none, as features are named");
            Require(Task is not TaskType.Tensors, "task", "expected one of binary, multiclass, regression, as features are named");
            Require(
                Task is not TaskType.Regression || Classes is null, "classes", "expected none, as the task is regression");
            Require(
                Task is not TaskType.Binary || Classes is null or { Count: 2 }, "classes", "expected two classes, as the task is binary");
            Require(
                DecisionThreshold is null || (Task is null or TaskType.Binary && Classes is null or { Count: 2 }), "decisionThreshold",
                "expected none: only two classes have one");
        }

        void CheckTensors()
        {
            if (Tensors is null)
            {
                return;
            }

            CheckSpecs(Tensors.Inputs, "tensors.inputs");
            CheckSpecs(Tensors.Outputs, "tensors.outputs");
        }

        void CheckSpecs(IReadOnlyList<TensorSpec> specs, string path)
        {
            Require(specs.Count <= MaxTensors, path, $"expected at most {MaxTensors} tensors");
            CheckNames(specs.Select(spec => spec?.Name), index => $"{path}[{index}].name", "a tensor");
            for (var i = 0; i < specs.Count; i++)
            {
                Require(
                    specs[i] is null || (specs[i].Shape.Count <= MaxRank && specs[i].Shape.All(length => length >= -1)),
                    $"{path}[{i}].shape",
                    $"expected at most {MaxRank} dimensions, each at least 0, or -1 where any size will do");
            }
        }

        void CheckNames(IEnumerable<string?>? names, Func<int, string> field, string what)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (index, name) in (names ?? []).Take(MaxFeatures).Index())
            {
                Require(name is { Length: > 0 and <= MaxName }, field(index), $"expected the name of {what}, 1 to {MaxName} characters");
                Require(name is null || seen.Add(name), field(index), $"'{name}' is there twice");
            }
        }
    }
}

/// <summary>Something that is wrong with what is said of a model, or with the model.</summary>
/// <param name="Field">Such as <c>features[2].name</c>; <c>model</c> for the model itself.</param>
public sealed record ClaimFault(string Field, string Reason);
