using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Pipelines.Training;
using Mlops.Registry;
using Mlops.Storage;
using Mlops.Training;

namespace Mlops.Pipelines.Reproduction;

public class ReproduceVersionTests
{
    private static readonly ModelName Model = ModelName.Parse("churn");

    private static readonly TrainingSpec Spec = new(
        "churn",
        "customers",
        "left",
        new LearnerSpec("gradient-boosting", new Dictionary<string, HyperparameterValue> { ["rounds"] = 5 }),
        Seed: 3,
        Gates: [new GateSpec("rocAuc", AtLeast: 0.1)]);

    [Fact]
    public async Task A_version_comes_out_identical_though_the_data_set_has_grown_since()
    {
        await using var pipeline = await TrainedAsync();
        await pipeline.UploadAsync("customers", Customers(rows: 300));

        var (result, _) = await ReproduceAsync(pipeline);

        Assert.Equal(("identical", true), (result.Outcome, result.SameModel));
        Assert.Equal(result.RecordedSha256, result.ReproducedSha256);
    }

    [Fact]
    public async Task Doing_every_activity_three_times_changes_nothing_and_registers_nothing()
    {
        await using var pipeline = await TrainedAsync();

        var (result, context) = await ReproduceAsync(pipeline, times: 3);

        Assert.Equal("identical", result.Outcome);
        Assert.Equal(
            [nameof(ReadRecipe), nameof(ValidateData), nameof(SplitData), nameof(TrainLearner), nameof(EvaluateModel), nameof(CompareWithVersion)],
            context.Calls.Select(call => call.Activity));
        Assert.Single((await pipeline.Get<ModelStore>().ListVersionsAsync(TenantId.Default, Model, 10, null, default)).Versions);
    }

    [Fact]
    public async Task A_record_that_says_something_else_of_the_model_is_told_to_differ()
    {
        await using var pipeline = await TrainedAsync();
        await RegisterAgainAsync(pipeline, record => record with { Spec = record.Spec with { Seed = 4 }, Learner = record.Learner with { Hyperparameters = null } });

        var (result, _) = await ReproduceAsync(pipeline, version: 2);

        Assert.Equal(("different", false), (result.Outcome, result.SameModel));
        Assert.NotEmpty(result.Metrics);
    }

    [Fact]
    public async Task Data_that_is_gone_is_told_by_its_hash()
    {
        await using var pipeline = await TrainedAsync();
        await RegisterAgainAsync(pipeline, record => record with { DatasetSha256 = new string('0', 64) });

        var (result, _) = await ReproduceAsync(pipeline, version: 2);

        Assert.Equal("refused", result.Outcome);
        Assert.Equal(
            $"dataset: 'customers' has no version with the SHA-256 {new string('0', 64)}, which was version 1", result.Reason);
    }

    [Fact]
    public async Task A_record_tells_threads_and_packages()
    {
        await using var pipeline = await TrainedAsync();
        var record = await RecordAsync(pipeline);

        Assert.Equal(System.Environment.ProcessorCount, record.Threads);
        Assert.Equal(["Microsoft.ML.OnnxRuntime", "Mlops.Core", "Mlops.Learning", "Mlops.Onnx"], record.Packages?.Keys.Order(StringComparer.Ordinal));
        Assert.All(record.Packages!.Values, version => Assert.Matches(@"^\d+\.\d+", version));
    }

    private static async Task<PipelineOnDisk> TrainedAsync()
    {
        var pipeline = new PipelineOnDisk();
        await pipeline.UploadAsync("customers", Customers(rows: 200));
        await pipeline.TrainAsync(pipeline.Request(Spec));
        return pipeline;
    }

    private static MemoryStream Customers(int rows)
    {
        var random = new DeterministicRandom(1);
        var csv = new StringBuilder("age,plan,left\n");
        for (var i = 0; i < rows; i++)
        {
            var age = 18 + random.NextInt(60);
            csv.Append(FormattableString.Invariant($"{age},{(random.NextInt(2) is 0 ? "basic" : "full")},{(age + random.NextInt(30) > 60 ? "yes" : "no")}\n"));
        }

        return new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString()));
    }

    private static async Task<(ReproductionResult Result, FakeOrchestration Context)> ReproduceAsync(
        PipelineOnDisk pipeline, int version = 1, int times = 1)
    {
        var services = pipeline.Get<IServiceProvider>();
        var records = new VersionRecords(pipeline.Get<ModelStore>(), pipeline.Get<ModelFiles>());
        var context = new FakeOrchestration()
            .OnAsync(nameof(ReadRecipe), Repeated((RecipeRequest input) => new ReadRecipe(records, pipeline.Get<DatasetStore>()).RunAsync(input, default)))
            .OnAsync(nameof(ValidateData), Repeated((OnData input) => Activity<ValidateData>().RunAsync(input, default)))
            .OnAsync(nameof(SplitData), Repeated((OnData input) => Activity<SplitData>().RunAsync(input, default)))
            .OnAsync(nameof(TrainLearner), Repeated((OnData input) => Activity<TrainLearner>().RunAsync(input, default)))
            .OnAsync(nameof(EvaluateModel), Repeated((OnData input) => Activity<EvaluateModel>().RunAsync(input, default)))
            .OnAsync(nameof(CompareWithVersion), Repeated((Reproduced input) => new CompareWithVersion(records, pipeline.Get<TrainingFiles>()).RunAsync(input, default)));
        var found = await pipeline.Get<ModelStore>().FindVersionAsync(TenantId.Default, Model, version, default);
        var request = new ReproductionRequest(
            TenantId.Default.Value, new string('e', 32), "ada", Model.Value, version, found!.Sha256);
        return (await ReproduceVersion.RunAsync(context, request), context);

        T Activity<T>() => ActivatorUtilities.CreateInstance<T>(services);

        Func<TInput, Task<object?>> Repeated<TInput, TOutput>(Func<TInput, Task<TOutput>> activity) => async input =>
        {
            object? answer = null;
            for (var i = 0; i < times; i++)
            {
                answer = await activity(input);
            }

            return answer;
        };
    }

    private static async Task<TrainingRecord> RecordAsync(PipelineOnDisk pipeline)
    {
        var version = await pipeline.Get<ModelStore>().FindVersionAsync(TenantId.Default, Model, 1, default);
        await using var stream = await pipeline.Get<ModelFiles>().OpenReadAsync(
            TenantId.Default, version!, ModelFiles.TrainingRecord, default);
        using var content = new MemoryStream();
        await stream!.CopyToAsync(content);
        return Documents.Read<TrainingRecord>(content.ToArray());
    }

    /// <summary>Registers version 1 as version 2 with another training record.</summary>
    private static async Task RegisterAgainAsync(PipelineOnDisk pipeline, Func<TrainingRecord, TrainingRecord> change)
    {
        var (models, files) = (pipeline.Get<ModelStore>(), pipeline.Get<ModelFiles>());
        var first = await models.FindVersionAsync(TenantId.Default, Model, 1, default);
        var content = new VersionContent(
            await files.ReadOnnxAsync(TenantId.Default, first!, default),
            first!.Signature,
            DateTimeOffset.UnixEpoch,
            Example: null,
            RunId: null,
            new Dictionary<string, ReadOnlyMemory<byte>> { [ModelFiles.TrainingRecord] = Documents.Write(change(await RecordAsync(pipeline))) });
        var folder = await files.WriteAsync(TenantId.Default, Model, "again", content, default);
        var registration = new VersionRegistration("again", folder, first.Signature, first.Metrics, new Dictionary<string, string>());
        Assert.IsType<RegistrationOutcome.Registered>(
            await models.RegisterVersionAsync(TenantId.Default, Model, registration, "ada", default));
    }
}
