using System.Diagnostics;
using System.Globalization;
using Mlops.Learning;
using Mlops.Registry;
using Mlops.Training;

// Times trainings on made-up tables and prints a table in Markdown.
//   [rows]                                    learners at their defaults
//   fit <folder> <learner> <threads> <seed>   one table that compare.py has left in a folder; compare.py runs this
//   scale <rows> <columns> <threads>          boosting on a table of that size: time and memory, as JSON
//   onehot <rows> <levels> <threads>          boosting and a forest on a one-hot category of so many levels, as JSON
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["linear", var linearRows, var linearFolder])
{
    LinearBenchmarks.Run(int.Parse(linearRows, CultureInfo.InvariantCulture), linearFolder);
    return;
}

if (args is ["fit", var folder, var name, var threadCount, var seed])
{
    ILearner[] fitted = [new GradientBoosting(), new RandomForest(), new ExtraTrees()];
    var chosen = fitted.First(learner => learner.Name == name);
    new FoldedTable(folder).Run(
        chosen, int.Parse(threadCount, CultureInfo.InvariantCulture), int.Parse(seed, CultureInfo.InvariantCulture), warmUp: true);
    return;
}

if (args is ["scale", .. { Length: 3 } sizes])
{
    int[] size = [.. sizes.Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    SizedRun.Run(size[0], size[1], size[2]);
    return;
}

if (args is ["onehot", .. { Length: 3 } shape])
{
    int[] size = [.. shape.Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    OneHotRun.Run(size[0], size[1], size[2]);
    return;
}

var rows = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20_000;
const int Repeats = 5;

Console.WriteLine("| learner | task | threads | wall s | CPU s | held-out score |");
Console.WriteLine("|---|---|--:|--:|--:|--:|");
foreach (var problem in new[] { Problem.Make(TaskType.Binary, rows, 30), Problem.Make(TaskType.Regression, rows, 10) })
{
    var (train, test) = (problem.Train, problem.Test);
    ILearner[] learners = [new GradientBoosting(), new LogisticRegression()];
    foreach (var learner in learners.Where(learner => learner.Tasks.Contains(problem.Task)))
    {
        foreach (var threads in new[] { 1, 2 })
        {
            var (wall, cpu, model) = Time(learner, train, threads);
            Console.WriteLine($"| {learner.Name} | {problem.Task} | {threads} | {wall:F3} | {cpu:F3} | {Score(model, test)} |");
        }
    }
}

static (double Wall, double Cpu, ITrainedModel Model) Time(ILearner learner, TrainingData data, int threads)
{
    var options = new TrainingOptions(Defaults.Of(learner), 0, threads);
    var model = learner.Train(data, options, CancellationToken.None);
    var times = new List<(double Wall, double Cpu)>();
    for (var repeat = 0; repeat < Repeats; repeat++)
    {
        var before = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        model = learner.Train(data, options, CancellationToken.None);
        times.Add((watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
    }

    return (Median(times.Select(time => time.Wall)), Median(times.Select(time => time.Cpu)), model);
}

static double Median(IEnumerable<double> values) => values.Order().ElementAt(Repeats / 2);

static string Score(ITrainedModel model, TrainingData test)
{
    var predictions = model.Predict(test.Features);
    return test.Signature.Task is TaskType.Binary
        ? $"AUC {RocAuc.Compute([.. predictions.Where((_, index) => index % 2 is 1)], [.. test.Target.Select(value => value is 1)]):F4}"
        : $"RMSE {Measure.Of(test.Signature, predictions, test.Target).Metrics()["rmse"]:F4}";
}
