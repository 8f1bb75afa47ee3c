using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Times the linear learners on made-up tables and leaves the tables for <c>linear.py</c>, which runs scikit-learn on them.</summary>
internal static class LinearBenchmarks
{
    private const int Repeats = 9;

    private static readonly (string Learner, (string Name, double Value)[] Settings)[] Cases =
    [
        ("logistic-regression", []),
        ("logistic-regression", [("tolerance", 1e-4)]),
        ("ridge", []),
        ("elastic-net", []),
        ("poisson-regression", [("alpha", 0.01)]),
    ];

    public static void Run(int rows, string folder)
    {
        Console.WriteLine("| learner | settings | threads | CPU ms | of it before fitting | iterations | held-out score |");
        Console.WriteLine("|---|---|--:|--:|--:|--:|--:|");
        foreach (var (name, changed) in Cases)
        {
            var learner = Find(name);
            var problem = Problem.Make(learner.Tasks[0], rows, 30);
            problem.Write(folder);
            var (train, test) = (problem.Train, problem.Test);
            if (name is "poisson-regression")
            {
                (train, test) = (Counts(train), Counts(test));
            }

            var settings = learner.Hyperparameters.ToDictionary(known => known.Name, known => known.Default, StringComparer.Ordinal);
            foreach (var (setting, value) in changed)
            {
                settings[setting] = value;
            }

            foreach (var threads in new[] { 1, 2 })
            {
                var model = learner.Train(train, new TrainingOptions(settings, 0, threads), CancellationToken.None);
                var cpu = Median(() => learner.Train(train, new TrainingOptions(settings, 0, threads), CancellationToken.None));
                var before = Median(() => LinearEncoding.Learn(RawFeatures.Read(train.Features, train.Signature), train.Signature, out _));
                var shown = string.Join(", ", changed.Select(pair => $"{pair.Name} {pair.Value}"));
                Console.WriteLine(
                    $"| {name} | {shown} | {threads} | {cpu:F1} | {before:F1} | {model.Facts.GetValueOrDefault("iterations", 1)} "
                    + $"| {Score(model, test)} |");
            }
        }
    }

    private static ILearner Find(string name) => name switch
    {
        "logistic-regression" => new LogisticRegression(),
        "ridge" => new RidgeRegression(),
        "elastic-net" => new ElasticNet(),
        _ => new PoissonRegression(),
    };

    private static TrainingData Counts(TrainingData data) =>
        data with { Target = Array.ConvertAll(data.Target, value => Math.Floor(Math.Exp(value / 2))) };

    private static double Median(Action work)
    {
        var times = new List<double>();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var before = Environment.CpuUsage.TotalTime;
            work();
            times.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        return times.Order().ElementAt(Repeats / 2);
    }

    private static string Score(ITrainedModel model, TrainingData test)
    {
        var predictions = model.Predict(test.Features);
        return test.Signature.Task is TaskType.Binary
            ? $"AUC {RocAuc.Compute([.. predictions.Where((_, index) => index % 2 is 1)], [.. test.Target.Select(value => value is 1)]):F6}"
            : $"RMSE {Measure.Of(test.Signature, predictions, test.Target).Metrics()["rmse"]:F6}";
    }
}
