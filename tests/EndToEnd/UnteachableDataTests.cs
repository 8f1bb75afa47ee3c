using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mlops.EndToEnd.OpenApi;

namespace Mlops.EndToEnd;

/// <summary>What the platform says to data that can teach nothing, or hardly anything: never that it broke.</summary>
[Collection(SharedPlatform.Name)]
public sealed class UnteachableDataTests(DocumentedPlatform platform)
{
    private const string Boosting = """ "learner": {"name": "gradient-boosting", "hyperparameters": {"rounds": 5}} """;
    private const string Logistic = """ "learner": {"name": "logistic-regression"} """;

    private static int _made;

    private HttpClient Client => platform.Host.Client;

    /// <summary>What a row number gives, the spec besides model, data set and target, and why it is refused.</summary>
    public static TheoryData<string, string, string> Refusals { get; } = new()
    {
        { "{0},yes", Boosting, "target: 'y' has 1 different values; classification needs at least 2" },
        { "{0},2.5", Boosting, "'y' is the same in every row, so there is nothing to learn." },
        { "{0},", Boosting, "0 rows have a target; training needs at least 10." },
        { ",{1}", Boosting, "Every feature is the same in every row or has no value, so there is nothing to learn from." },
        { "5,{1}", Boosting, "Every feature is the same in every row or has no value, so there is nothing to learn from." },
        {
            "5,{1}",
            """ "budget": {"trials": 2} """,
            "Every feature is the same in every row or has no value, so there is nothing to learn from."
        },
        { "{0},{2}", Logistic, "Class 'rare' has 1 row; at least one is needed to train and one to test." },
        {
            "{0},{3}",
            Logistic + """, "evaluation": {"crossValidation": {"folds": 5}} """,
            "Class 'rare' has 4 rows to learn from; 5 stratified folds need at least 5 of each class."
        },
        {
            "{0},{4}",
            Logistic + """, "evaluation": {"crossValidation": {"folds": 2, "kind": "timeOrdered", "column": "x"}} """,
            "Fold 1 has no row of class 'yes' to learn from."
        },
        {
            "{0},{3}",
            Logistic + """, "search": {"trials": 2} """,
            "None of the 2 trials could be completed: "
            + "Class 'rare' has 4 rows to learn from; 5 stratified folds need at least 5 of each class."
        },
        {
            "{0},{4}",
            Logistic + """, "search": {"trials": 2}, "validation": {"folds": 2, "kind": "timeOrdered", "column": "x"} """,
            "None of the 2 trials could be completed: Fold 1 has no row of class 'yes' to learn from."
        },
        {
            "{0},{3}",
            """ "budget": {"trials": 2} """,
            "None of the 2 trials could be completed: "
            + "Class 'rare' has 4 rows to learn from; 5 stratified folds need at least 5 of each class."
        },
        {
            "{0},{0}.5",
            """ "learner": {"name": "ridge"}, "split": {"test": 0.9}, "evaluation": {"crossValidation": {"folds": 20}} """,
            "6 rows cannot be cut into 20 folds."
        },
    };

    /// <summary>CSV files that are no tables, and what of their answer is told.</summary>
    public static TheoryData<string, string> NoTables { get; } = new()
    {
        { "", "The file is empty" },
        { "x,y\n", "no rows" },
        { "x,x,y\n1,2,yes\n", "Columns 1 and 2 have the same name." },
        { "x,y\nInfinity,yes\n1,no\n", "The number is infinite or too large." },
        { "x,y\n1e999,yes\n1,no\n", "The number is infinite or too large." },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_training_on_it_is_refused_with_the_reason(string row, string spec, string reason)
    {
        var dataset = await UploadAsync("x,y\n" + Rows(60, row));

        var ended = await TrainAsync(dataset, spec);

        Assert.Equal(("completed", "refused", reason), Outcome(ended));
    }

    [Theory]
    [MemberData(nameof(NoTables))]
    public async Task A_file_that_is_no_table_is_refused_with_what_is_wrong(string csv, string told)
    {
        using var content = new StringContent(csv, Encoding.UTF8, "text/csv");
        using var answer = await Client.PostAsync("/api/v1/datasets/no-table/versions", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(told, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN,{0},{1}")]
    [InlineData(",{0},{1}")]
    public async Task A_column_without_a_value_is_warned_of_and_the_others_teach(string row)
    {
        var dataset = await UploadAsync("empty,x,y\n" + Rows(60, row));

        var ended = await TrainAsync(dataset, Boosting);

        Assert.Equal(("completed", "promoted", null), Outcome(ended));
        Assert.Contains(
            "'empty' has no value in every row and teaches nothing.",
            ended["status"]?["warnings"]?.AsArray().Select(warning => warning?.GetValue<string>()) ?? []);
    }

    [Theory]
    [InlineData(Boosting)]
    [InlineData(Logistic)]
    public async Task A_category_of_its_own_in_every_row_is_warned_of_and_the_others_teach(string learner)
    {
        var dataset = await UploadAsync("who,x,y\n" + Rows(20_000, "u{0},{0},{1}"));

        var ended = await TrainAsync(dataset, learner);

        Assert.Equal(("completed", "promoted", null), Outcome(ended));
        Assert.Contains(
            "'who' has 20000 different texts in 20000 rows; only as text can it teach anything.",
            ended["status"]?["warnings"]?.AsArray().Select(warning => warning?.GetValue<string>()) ?? []);
    }

    [Theory]
    [InlineData("the word {0} and {1} more words {0},{1}")]
    [InlineData("2024-01-{5}T00:00:00Z,{0}.5")]
    public async Task A_learner_is_chosen_for_text_alone_and_for_times_alone(string row)
    {
        var dataset = await UploadAsync("x,y\n" + Rows(60, row));

        var ended = await TrainAsync(dataset, """ "budget": {"trials": 3} """);

        Assert.Equal(("completed", "promoted", null), Outcome(ended));
    }

    private static (string? State, string? Outcome, string? Reason) Outcome(JsonNode ended) => (
        ended["state"]?.GetValue<string>(),
        ended["result"]?["outcome"]?.GetValue<string>(),
        ended["result"]?["reason"]?.GetValue<string>() ?? ended["failure"]?.GetValue<string>());

    /// <summary>
    /// {0} is the row's number; {1} one class or the other; {2} and {3} the same with a third class of 1 and of 5 rows; {4} the second
    /// class in the last ten rows only; {5} a day of a month.
    /// </summary>
    private static string Rows(int count, string pattern) => string.Concat(Enumerable.Range(0, count).Select(row => string.Format(
        CultureInfo.InvariantCulture,
        pattern,
        row,
        Class(row),
        row is 0 ? "rare" : Class(row),
        row < 5 ? "rare" : Class(row),
        row < count - 10 ? "no" : "yes",
        ((row % 28) + 1).ToString("D2", CultureInfo.InvariantCulture)) + "\n"));

    private static string Class(int row) => row % 3 is 0 ? "yes" : "no";

    private async Task<string> UploadAsync(string csv)
    {
        var name = $"unteachable-{Interlocked.Increment(ref _made)}";
        using var content = new StringContent(csv, Encoding.UTF8, "text/csv");
        using var answer = await Client.PostAsync($"/api/v1/datasets/{name}/versions", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return name;
    }

    private async Task<JsonNode> TrainAsync(string dataset, string spec)
    {
        var body = $$"""{"model": "{{dataset}}", "dataset": "{{dataset}}", "target": "y", {{spec}} }""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await Client.PostAsync("/api/v1/training", content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode is HttpStatusCode.Accepted, text);
        var path = $"/api/v1/training/{JsonNode.Parse(text)?["id"]?.GetValue<string>()}";
        await Client.GetStringAsync($"{path}/events");
        return JsonNode.Parse(await Client.GetStringAsync(path)) ?? throw new InvalidDataException("There is no training.");
    }
}
