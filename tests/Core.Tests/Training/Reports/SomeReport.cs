using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

/// <summary>Reports of made-up predictions, one for each task.</summary>
internal static class SomeReport
{
    public const int Rows = 240;

    public static ModelSignature Signature(TaskType task, string target = "y", string feature = "x") => new(
        [new ColumnSchema(feature, ColumnType.Number, Nullable: false)],
        target,
        task,
        task switch { TaskType.Binary => ["no", "yes"], TaskType.Multiclass => ["a", "b", "c"], _ => [] });

    public static EvaluationReport Of(
        ModelSignature signature, double skill = 0.6, EvaluationSpec? spec = null, ReportContext? context = null, int threads = 1)
    {
        var random = new DeterministicRandom(11);
        var classes = signature.Classes.Count;
        var (x, target, predictions) = (new double[Rows], new double[Rows], new List<double>());
        for (var row = 0; row < Rows; row++)
        {
            x[row] = random.NextInt(8);
            target[row] = classes is 0 ? 10 + (20 * random.NextDouble()) : random.NextInt(classes);
            if (classes is 0)
            {
                predictions.Add((skill * target[row]) + ((1 - skill) * 20) + random.NextGaussian());
                continue;
            }

            var raw = Enumerable.Range(0, classes).Select(k => random.NextDouble() + (k == target[row] ? skill : 0)).ToList();
            predictions.AddRange(raw.Select(value => value / raw.Sum()));
        }

        var frame = new DataFrame([new NumericColumn(signature.Features[0], x)]);
        return EvaluationReports.Build(
            new ScoredRows(signature, frame, [.. predictions], target, target), spec ?? new EvaluationSpec(Bootstrap: 50), context ?? new ReportContext(), 3, threads, default);
    }

    public static TrainingRecord Record(string model = "churn", string feature = "x", string dataset = "customers") => new(
        "0123456789abcdef0123456789abcdef",
        new TrainingSpec(model, dataset, "y", new LearnerSpec("gradient-boosting"), Seed: 42),
        new LearnerSpec("gradient-boosting", new Dictionary<string, HyperparameterValue> { ["trees"] = 100 }),
        dataset,
        3,
        new string('a', 64),
        new string('b', 64),
        new Dictionary<string, double> { ["rounds"] = 57 },
        new Dictionary<string, double> { [feature] = 1 },
        "1.0",
        ".NET",
        "X64");
}
