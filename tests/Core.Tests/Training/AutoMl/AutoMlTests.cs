using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Training;

public class AutoMlTests
{
    private static readonly NamedLearner Boosting = new(
        "gradient-boosting",
        [TaskType.Binary, TaskType.Regression],
        new Hyperparameter("rounds", 500, 1, 1_000, true, "", Search: new SuggestedRange(10, 200)),
        new Hyperparameter("learningRate", 0.1, 0, 1, false, "", Search: new SuggestedRange(0.01, 0.3, IsLogarithmic: true)),
        new Hyperparameter("l2", 0, 0, 1, false, ""));

    private static readonly NamedLearner Logistic = new(
        "logistic-regression", [TaskType.Binary], new Hyperparameter("c", 1, 0, 1_000, false, "", Search: new SuggestedRange(0.01, 100)));

    private static readonly NamedLearner Ridge = new("ridge", [TaskType.Regression]);
    private static readonly NamedLearner Forest = new("random-forest", [TaskType.Binary]) { Unavailable = "it is not installed" };
    private static readonly NamedLearner Bayes = new("naive-bayes", [TaskType.Binary]);
    private static readonly NamedLearner Baseline = new("baseline", [TaskType.Binary, TaskType.Regression]);

    private static readonly TrainingSpec Spec = new("churn", "customers", "left");

    [Fact]
    public void Candidates_are_available_learners_of_the_task_and_no_baseline()
    {
        var choice = Choose(Spec);

        Assert.Equal(["gradient-boosting", "logistic-regression"], Candidates(choice));
        Assert.Contains("random-forest is left out: it is not installed.", choice.Notes);
        Assert.Contains("naive-bayes is left out: it is for text, and no feature is text.", choice.Notes);
    }

    [Fact]
    public void A_hyperparameter_exists_where_its_learner_was_chosen_in_the_range_that_the_learner_suggests()
    {
        var space = SearchSpace.Of(Choose(Spec).Search, null);

        Assert.Equal(
            ["learner", "gradient-boosting.rounds", "gradient-boosting.learningRate", "logistic-regression.c"],
            space.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(new Distribution.Int(10, 200), space.Parameters[1].Distribution);
        Assert.Equal(new Distribution.Float(0.01, 0.3, Log: true), space.Parameters[2].Distribution);
        Assert.Equal("gradient-boosting", Assert.Single(space.Parameters[1].When!.In).Text);
    }

    [Fact]
    public void The_first_trials_are_the_defaults_drawn_into_the_space()
    {
        var choice = Choose(Spec);

        var space = SearchSpace.Of(choice.Search, null);
        Assert.All(choice.Enqueued, trial => Assert.True(space.Allows(trial)));
        Assert.Equal((200.0, 0.1), (choice.Enqueued[0]["gradient-boosting.rounds"].Number, choice.Enqueued[0]["gradient-boosting.learningRate"].Number));
        Assert.Equal("logistic-regression", choice.Enqueued[1]["learner"].Text);
    }

    [Theory]
    [InlineData(null, null, 30, 10)]
    [InlineData(7, null, 7, 10)]
    [InlineData(null, 0.5, 30, 0.5)]
    public void The_budget_is_the_specs_or_thirty_trials_in_ten_minutes(int? trials, double? minutes, int expectedTrials, double expectedMinutes)
    {
        var choice = Choose(Spec with { Budget = new BudgetSpec(trials, minutes) });

        Assert.Equal((expectedTrials, expectedMinutes), (choice.Search.Trials, choice.Search.MaxMinutes));
    }

    [Fact]
    public void What_the_search_says_stays()
    {
        var space = new Dictionary<string, ParameterSpec>
        {
            ["learner"] = new(ParameterType.Categorical, Choices: ["logistic-regression"]),
            ["logistic-regression.c"] = new(ParameterType.Float, 2, 3),
        };

        var choice = Choose(Spec with { Search = new SearchSpec(space, Trials: 9, Parallel: 3) });

        Assert.Equal(["logistic-regression"], Candidates(choice));
        Assert.Equal((9, 3, 2.0), (choice.Search.Trials, choice.Search.Parallel, choice.Search.Space!["logistic-regression.c"].Low));
        Assert.Equal(2.0, choice.Enqueued[0]["logistic-regression.c"].Number);
    }

    [Fact]
    public void A_search_of_what_no_learner_has_is_refused_with_every_reason()
    {
        var space = new Dictionary<string, ParameterSpec>
        {
            ["learner"] = new(ParameterType.Categorical, Choices: ["oracle"]),
            ["depth"] = new(ParameterType.Int, 1, 3),
            ["logistic-regression.c"] = new(ParameterType.Float, -1, 3),
        };

        var refusal = Assert.Throws<TrainingRefusedException>(() => Choose(Spec with { Search = new SearchSpec(space) }));

        Assert.Contains("search.space.learner: expected categorical, expected one of baseline, ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("search.space.depth: expected learner, or ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("search.space.logistic-regression.c: expected a number from 0 to 1000", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_that_do_not_suit_the_learners_are_prepared_and_those_that_the_spec_prepares_stay()
    {
        var own = new Dictionary<string, ColumnPreprocessing> { ["seen"] = new(Dates: [DatePart.Year]) };

        var choice = Choose(Spec with { Preprocessing = own });

        Assert.Equal(["city", "seen"], choice.Preprocessing!.Keys);
        Assert.Equal(CategoryEncoding.Target, choice.Preprocessing["city"].Encode);
        Assert.Equal([DatePart.Year], choice.Preprocessing["seen"].Dates);
        Assert.Contains(choice.Notes, note => note.StartsWith("'city' has 120 different values", StringComparison.Ordinal));
    }

    private static IEnumerable<string?> Candidates(AutoMlChoice choice) => choice.Search.Space!["learner"].Choices!.Select(name => name.Text);

    private static AutoMlChoice Choose(TrainingSpec spec)
    {
        var rows = new DataFrame(
        [
            new NumericColumn(new ColumnSchema("age", ColumnType.Integer, false), [.. Enumerable.Range(0, 120).Select(i => (double)i)]),
            new StringColumn(
                new ColumnSchema("city", ColumnType.Category, false), [.. Enumerable.Range(0, 120)], [.. Enumerable.Range(0, 120).Select(i => $"{i}")]),
            new NumericColumn(new ColumnSchema("seen", ColumnType.Timestamp, false), new double[120]),
        ]);
        var signature = new ModelSignature(rows.Schema.Columns, "left", TaskType.Binary, ["no", "yes"]);
        return AutoMl.Choose(
            spec, signature, new LearningRows(rows, new double[120]), [Baseline, Bayes, Boosting, Forest, Logistic, Ridge]);
    }

    private sealed record NamedLearner(string Name, IReadOnlyList<TaskType> Tasks, params IReadOnlyList<Hyperparameter> Hyperparameters) : ILearner
    {
        public string? Unavailable { get; init; }

        public ITrainedModel Train(TrainingData data, TrainingOptions options, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
