using System.Globalization;
using System.Text;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Storage;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>What a training makes of data that is not as expected, or that nothing can be learned from.</summary>
public sealed class DataGateTests : IAsyncDisposable
{
    private static readonly TrainingSpec Spec = new(
        "churn", "customers", "left", new LearnerSpec("gradient-boosting", new Dictionary<string, HyperparameterValue> { ["rounds"] = 3 }));

    private readonly PipelineOnDisk _pipeline = new();

    [Fact]
    public async Task Broken_critical_expectations_of_the_default_suite_refuse_a_training()
    {
        await UploadAsync(Customers(row => row is 7 ? "-1" : $"{row}"));
        await SuiteAsync("default", Positive(ExpectationSeverity.Critical));

        var (result, _) = await _pipeline.TrainAsync(_pipeline.Request(Spec));

        Assert.Equal("refused", result.Outcome);
        Assert.Equal(
            "expectations: version 1 of 'customers' breaks suite 'default' version 1: "
            + "expect_column_values_to_be_between of 'age': 1 of 60 rows are unexpected",
            result.Reason);
    }

    [Fact]
    public async Task Broken_warnings_are_told_and_the_result_is_written()
    {
        await UploadAsync(Customers(row => row is 7 ? "-1" : $"{row}"));
        await SuiteAsync("lenient", Positive(ExpectationSeverity.Warning));
        var request = _pipeline.Request(Spec with { Expectations = "lenient" });

        var validated = await ValidateAsync(request);

        Assert.Contains(
            "The data does not meet suite 'lenient': expect_column_values_to_be_between of 'age': 1 of 60 rows are unexpected.",
            validated.Warnings);
        var result = await _pipeline.Get<TrainingFiles>().ReadAsync<ValidationResult>(
            TenantId.Default, request.Id, TrainingFiles.Expectations, default);
        Assert.Equal((false, "lenient"), (result.Success, result.SuiteName));
    }

    [Fact]
    public async Task A_version_carries_how_its_data_met_the_suite()
    {
        await UploadAsync(Customers(row => row is 7 ? "-1" : $"{row}"));
        await SuiteAsync("default", Positive(ExpectationSeverity.Warning));

        var (result, _) = await _pipeline.TrainAsync(_pipeline.Request(Spec));

        var version = await _pipeline.Get<ModelStore>().FindVersionAsync(
            TenantId.Default, ModelName.Parse("churn"), result.Version!.Value, default);
        await using var stream = await _pipeline.Get<ModelFiles>()
            .OpenReadAsync(TenantId.Default, version!, TrainingFiles.Expectations, default);
        var met = await JsonSerializer.DeserializeAsync<ValidationResult>(stream!, Documents.Options);
        Assert.Equal((false, "default", 1), (met!.Success, met.SuiteName, met.Meta.SuiteVersion));
    }

    [Fact]
    public async Task An_unknown_suite_refuses_a_training_and_an_absent_default_does_not()
    {
        await UploadAsync(Customers(row => $"{row}"));

        var (refused, _) = await _pipeline.TrainAsync(_pipeline.Request(Spec with { Expectations = "strict" }));
        var validated = await ValidateAsync(_pipeline.Request(Spec));

        Assert.Equal("expectations: data set 'customers' has no suite 'strict'", refused.Reason);
        Assert.Equal(60, validated.Rows);
    }

    [Theory]
    [InlineData("age,left\n{0},yes\n", "target: 'left' has 1 different values; classification needs at least 2")]
    [InlineData("age,left\n{0},\n", "0 rows have a target; training needs at least 10.")]
    [InlineData("age,left\n{0},2.5\n", "'left' is the same in every row, so there is nothing to learn.")]
    [InlineData("age,left\n5,{1}\n", "Every feature is the same in every row or has no value, so there is nothing to learn from.")]
    [InlineData("age,left\n,{1}\n", "Every feature is the same in every row or has no value, so there is nothing to learn from.")]
    public async Task Data_that_nothing_can_be_learned_from_is_refused_with_the_reason(string pattern, string reason)
    {
        var lines = pattern.Split('\n');
        await UploadAsync(lines[0] + "\n" + string.Concat(Enumerable.Range(0, 60)
            .Select(row => string.Format(CultureInfo.InvariantCulture, lines[1], row, row % 2 is 0 ? "yes" : "no") + "\n")));

        var (result, _) = await _pipeline.TrainAsync(_pipeline.Request(Spec));

        Assert.Equal(("refused", reason), (result.Outcome, result.Reason));
    }

    [Theory]
    [InlineData("age,age,left\n1,2,yes\n", 1, "age", "Columns 1 and 2 have the same name.")]
    [InlineData("age,left\n1,yes\n-Infinity,no\n", 3, "age", "The number is infinite or too large.")]
    [InlineData("age,left\n1,yes\n1e999,no\n", 3, "age", "The number is infinite or too large.")]
    public async Task Data_that_is_no_table_is_refused_on_upload_with_the_place(string csv, int line, string column, string reason)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(csv));

        var outcome = await _pipeline.Get<DatasetStore>().UploadAsync(TenantId.Default, DatasetName.Parse("customers"), content, default);

        Assert.Equal(new UploadOutcome.Malformed(line, column, reason), outcome);
    }

    [Fact]
    public async Task Very_many_categories_are_refused_as_a_target_and_warned_of_as_a_feature()
    {
        await UploadAsync("who,age,left\n" + string.Concat(Enumerable.Range(0, 5_000)
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"u{row},{row % 50},{(row % 2 is 0 ? "yes" : "no")}\n"))));

        var (refused, _) = await _pipeline.TrainAsync(_pipeline.Request(Spec with { Target = "who" }));
        var validated = await ValidateAsync(_pipeline.Request(Spec));

        Assert.Equal("target: 'who' has 5000 different values; classification takes at most 1000", refused.Reason);
        Assert.Equal(["'who' has 5000 different texts in 5000 rows; only as text can it teach anything."], validated.Warnings);
    }

    public async ValueTask DisposeAsync() => await _pipeline.DisposeAsync();

    private static Expectation Positive(ExpectationSeverity severity) => new(
        "expect_column_values_to_be_between",
        new Dictionary<string, JsonElement>
        {
            ["column"] = JsonSerializer.SerializeToElement("age"),
            ["min_value"] = JsonSerializer.SerializeToElement(0),
        },
        severity);

    private static string Customers(Func<int, string> age) =>
        "age,left\n" + string.Concat(Enumerable.Range(0, 60).Select(row => $"{age(row)},{(row % 2 is 0 ? "yes" : "no")}\n"));

    private Task UploadAsync(string csv) => _pipeline.UploadAsync("customers", new MemoryStream(Encoding.UTF8.GetBytes(csv)));

    private async Task SuiteAsync(string name, params Expectation[] expectations) =>
        Assert.IsType<SuiteOutcome.Stored>(await _pipeline.Get<ExpectationStore>().PutAsync(
            TenantId.Default, DatasetName.Parse("customers"), SuiteName.Parse(name), new ExpectationSuite(expectations), null, default));

    private async Task<ValidatedData> ValidateAsync(TrainingRequest request)
    {
        var training = new StartedTraining(request, null, default);
        var data = await new ResolveData(_pipeline.Get<DatasetStore>()).RunAsync(training, default);
        var validate = new ValidateData(
            _pipeline.Get<TrainingTable>(),
            _pipeline.Get<TrainingFiles>(),
            _pipeline.Get<DatasetStore>(),
            _pipeline.Get<ExpectationStore>(),
            _pipeline.Get<DatasetValidation>());
        return await validate.RunAsync(new OnData(training, data), default);
    }
}
