using Mlops.Data;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What cannot be learned from is refused in words for the person who asked.</summary>
public sealed class RefusalTests
{
    private static readonly NumericColumn Numbers = Make.Numbers("x", 1, 2, 3, 4);

    public static TheoryData<string> Learners { get; } = ["logistic-regression", "gradient-boosting", "naive-bayes"];

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_constant_target(string learner) =>
        Refuses(learner, Make.Classification(2, [1, 1, 1, 1], Numbers), "The target 'target' is the same in all rows.");

    [Theory]
    [MemberData(nameof(Learners))]
    public void No_rows(string learner) =>
        Refuses(learner, Make.Classification(2, [], Make.Numbers("x")), "There are no rows to learn from.");

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_missing_target(string learner) => Refuses(
        learner, Make.Classification(2, [1, double.NaN, 0, double.NaN], Numbers), "The target 'target' of 2 rows is missing or infinite.");

    [Theory]
    [MemberData(nameof(Learners))]
    public void A_class_without_rows(string learner) =>
        Refuses(learner, Make.Classification(3, [0, 2, 0, 2], Numbers), "No row has the class 'class 1' of 'target'.");

    [Theory]
    [MemberData(nameof(Learners))]
    public void More_classes_than_rows(string learner) =>
        Refuses(learner, Make.Classification(5, [0, 1, 2, 3], Numbers), "4 rows cannot teach the 5 classes of 'target'.");

    [Theory]
    [MemberData(nameof(Learners))]
    public void Features_that_never_vary(string learner) => Refuses(
        learner,
        Make.Classification(2, [0, 1, 0, 1], Make.Numbers("same", 3, 3, 3, 3), Make.Strings("level", "a", "a", "a", "a")),
        "There is nothing to learn from: each feature has one value in all rows, or none.");

    [Fact]
    public void A_constant_quantity() =>
        Refuses("gradient-boosting", Make.Regression([2, 2, 2, 2], Numbers), "The target 'target' is the same in all rows.");

    [Fact]
    public void A_task_that_the_learner_does_not_do() =>
        Refuses("logistic-regression", Make.Regression([1, 2, 3, 4], Numbers), "logistic-regression does not do Regression tasks.");

    [Fact]
    public void Numbers_too_large_to_scale() => Refuses(
        "logistic-regression",
        Make.Classification(2, [0, 1, 0, 1], Make.Numbers("huge", 1, 1e300, 2, 3)),
        "The column 'huge' has values beyond ±3.4e38, too large to be scaled.");

    [Theory]
    [InlineData("rounds", 0)]
    [InlineData("rounds", 1.5)]
    [InlineData("learningRate", double.NaN)]
    public void A_hyperparameter_outside_its_range_breaks_the_promise(string name, double value) => Assert.Throws<ArgumentException>(
        () => new GradientBoosting().Train(Make.Classification(2, [0, 1, 0, 1], Numbers), (name, value)));

    [Fact]
    public void A_missing_hyperparameter_breaks_the_promise() => Assert.Throws<ArgumentException>(() => new GradientBoosting().Train(
        Make.Classification(2, [0, 1, 0, 1], Numbers), new TrainingOptions(new Dictionary<string, HyperparameterValue>(), 0, 1), default));

    private static void Refuses(string learner, TrainingData data, string reason)
    {
        var refusal = Assert.Throws<TrainingRefusedException>(() => Make.Learner(learner).Train(data));
        Assert.Equal(reason, refusal.Message);
    }
}
