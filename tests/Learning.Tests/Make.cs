using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Small tables and options to train with.</summary>
internal static class Make
{
    /// <summary>Preparation of every column of <see cref="Rich"/> as nobody would have it by default.</summary>
    public static IReadOnlyDictionary<string, ColumnPreprocessing> Unusual { get; } =
        new Dictionary<string, ColumnPreprocessing>
        {
            ["whole"] = new ColumnPreprocessing(Scale: Scaling.Robust),
            ["holed"] = new ColumnPreprocessing(Imputation.Mean, Indicator: true, Scale: Scaling.MinMax),
            ["few"] = new ColumnPreprocessing(Imputation.MostFrequent, MaxCategories: 2),
            ["many"] = new ColumnPreprocessing(Encode: CategoryEncoding.Target, Smoothing: 3, Scale: Scaling.MinMax),
            ["when"] = new ColumnPreprocessing(Dates: [DatePart.Month, DatePart.Hour, DatePart.Year]),
            ["remark"] = new ColumnPreprocessing(Text: new TextPreprocessing(MaxWords: 2, MaxTerms: 60)),
        };

    /// <summary>All that are registered.</summary>
    public static IReadOnlyCollection<ILearner> Learners()
    {
        using var services = new ServiceCollection().AddLearning().BuildServiceProvider();
        return services.GetRequiredService<LearnerCatalog>().All;
    }

    public static ILearner Learner(string name) => Learners().FirstOrDefault(learner => learner.Name == name)
        ?? throw new ArgumentException($"There is no learner '{name}'.", nameof(name));

    public static TrainingOptions Options(ILearner learner, int threads = 1, int seed = 7, params (string Name, double Value)[] changed)
    {
        var values = learner.Hyperparameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Default);
        foreach (var (name, value) in changed)
        {
            Assert.Contains(name, values.Keys);
            values[name] = value;
        }

        return new TrainingOptions(values, seed, threads);
    }

    public static ITrainedModel Train(this ILearner learner, TrainingData data, params (string Name, double Value)[] changed) =>
        learner.Train(data, Options(learner, changed: changed), CancellationToken.None);

    public static NumericColumn Numbers(string name, params double[] values) =>
        new(new ColumnSchema(name, ColumnType.Number, true), values);

    public static StringColumn Strings(string name, params string?[] values)
    {
        var levels = values.OfType<string>().Distinct().ToArray();
        var codes = Array.ConvertAll(values, value => Array.IndexOf(levels, value));
        return new StringColumn(new ColumnSchema(name, ColumnType.Category, true), codes, levels);
    }

    public static StringColumn Texts(string name, params string?[] values)
    {
        var column = Strings(name, values);
        return new StringColumn(new ColumnSchema(name, ColumnType.Text, true), column.Codes, column.Levels);
    }

    public static NumericColumn Times(string name, params double[] unixSeconds) =>
        new(new ColumnSchema(name, ColumnType.Timestamp, true), unixSeconds);

    /// <summary>A frame's signature, for learning an encoding alone.</summary>
    public static ModelSignature Signature(params Column[] columns) =>
        new([.. columns.Select(column => column.Schema)], "target", TaskType.Binary, ["no", "yes"]);

    public static RawFeatures Raw(params Column[] columns) => RawFeatures.Read(new DataFrame(columns), Signature(columns));

    /// <summary>Preparation of one column, without targets.</summary>
    public static Preparation Prepared(string name, ColumnPreprocessing how) =>
        Preparation.Default with { Columns = new Dictionary<string, ColumnPreprocessing> { [name] = how } };

    public static TrainingData Regression(double[] target, params Column[] columns) => Data(TaskType.Regression, 0, target, columns);

    public static TrainingData Classification(int classes, double[] target, params Column[] columns) =>
        Data(classes is 2 ? TaskType.Binary : TaskType.Multiclass, classes, target, columns);

    /// <summary>Rows with numbers, a category of few and one of many levels, gaps in both, and a target that follows from them.</summary>
    public static TrainingData Mixed(int rows, TaskType task, int classes, int seed = 1)
    {
        var random = new DeterministicRandom(seed);
        double[] Draw(double missing) =>
            [.. Enumerable.Range(0, rows).Select(_ => random.NextDouble() < missing ? double.NaN : random.NextGaussian() * 10)];
        string?[] Pick(int levels) => [.. Enumerable.Range(0, rows)
            .Select(_ => random.NextDouble() < 0.1 ? null : $"level {(int)(levels * Math.Pow(random.NextDouble(), 2))}")];
        var (whole, holed, few, many) = (Draw(0), Draw(0.2), Pick(5), Pick(60));
        var scores = Enumerable.Range(0, rows)
            .Select(row => whole[row] + (double.IsNaN(holed[row]) ? 6 : -holed[row] / 2) + (few[row] is "level 1" or null ? 9 : 0)
                + (many[row]?.Length ?? 0) + random.NextGaussian())
            .ToArray();
        var ranked = scores.Order().ToArray();
        double[] target = task is TaskType.Regression
            ? scores
            : Array.ConvertAll(scores, score => (double)(Array.BinarySearch(ranked, score) * classes / rows));
        return Data(task, classes, target, [Numbers("whole", whole), Strings("few", few), Numbers("holed", holed), Strings("many", many)]);
    }

    /// <summary><see cref="Mixed"/> with a timestamp and a text, both with gaps, and both of use.</summary>
    public static TrainingData Rich(int rows, TaskType task, int classes, int seed = 1)
    {
        string[] good = ["Great", "friendly", "FAST", "schön", "Ärger-free"];
        string[] bad = ["broken", "late", "Rude", "ÄRGER", "weiß nicht"];
        string[] filler = ["the", "delivery,", "was", "and", "box!", "(again)", "on", "time"];
        var data = Mixed(rows, task, classes, seed);
        var random = new DeterministicRandom(seed + 100);
        string Word(string[] words) => words[random.NextInt(words.Length)];
        var median = data.Target.Order().ElementAt(rows / 2);
        var texts = data.Target.Select(target => random.NextDouble() < 0.1 ? null : string.Join(' ', Enumerable
            .Range(0, random.NextInt(8))
            .Select(_ => Word(random.NextDouble() < 0.5 ? filler : (target >= median) ^ (random.NextDouble() < 0.2) ? good : bad))));
        var times = data.Target.Select(_ =>
            random.NextDouble() < 0.1 ? double.NaN : 1.5e9 + Math.Floor(random.NextDouble() * 2e8));
        Column[] columns = [.. data.Features.Columns, Times("when", [.. times]), Texts("remark", [.. texts])];
        return Data(task, classes, data.Target, columns);
    }

    private static TrainingData Data(TaskType task, int classes, double[] target, Column[] columns) => new(
        new DataFrame(columns),
        target,
        new ModelSignature(
            [.. columns.Select(column => column.Schema)], "target", task, [.. Enumerable.Range(0, classes).Select(k => $"class {k}")]));
}
