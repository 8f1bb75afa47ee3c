using Mlops.Data;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>The data sets under <c>data/</c>, read, planned and split as a training does it.</summary>
internal static class RealData
{
    private static readonly Dictionary<string, string> Targets = new()
    {
        ["breast-cancer"] = "diagnosis",
        ["wine"] = "cultivar",
        ["digits"] = "digit",
        ["diabetes"] = "progression",
    };

    public static TheoryData<string> Names { get; } = [.. Targets.Keys];

    public static async Task<TrainingData> LoadAsync(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "data", $"{name}.csv");
        var profile = new DatasetProfiler();
        await ReadAsync(path, profile);
        var builder = new FrameBuilder(profile.Schema(), (int)profile.Rows);
        await ReadAsync(path, builder);
        var frame = builder.Build();
        var spec = new TrainingSpec("model", name, Targets[name], new LearnerSpec("any"));
        var plan = Assert.IsType<PlanOutcome.Made>(TrainingPlan.Make(spec, frame)).Plan;
        return new TrainingData(frame.Select(plan.Signature.Features.Select(feature => feature.Name)), plan.Target, plan.Signature);
    }

    public static TrainingData Take(this TrainingData data, IReadOnlyCollection<int> rows) => data with
    {
        Features = data.Features.Take([.. rows]),
        Target = [.. rows.Select(row => data.Target[row])],
    };

    private static async Task ReadAsync(string path, CsvSink sink)
    {
        await using var file = File.OpenRead(path);
        Assert.Null(await CsvReader.ReadAsync(file, sink, CsvLimits.Default, CancellationToken.None));
    }
}
