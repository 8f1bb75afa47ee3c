using Mlops.Registry;

namespace Mlops.Learning;

public sealed class LogisticRegressionTests
{
    private static readonly LogisticRegression Learner = new();

    [Fact]
    public void Training_ends_where_the_gradient_does()
    {
        var model = Learner.Train(Make.Mixed(500, TaskType.Multiclass, 3));

        Assert.Equal(1, model.Facts["converged"]);
        Assert.True(model.Facts["gradientNorm"] <= 1e-7);
    }

    [Fact]
    public void Without_a_useful_feature_each_class_has_its_share()
    {
        // Each value of x has one positive of four rows.
        var data = Make.Classification(2, [0, 0, 0, 1, 0, 0, 0, 1], Make.Numbers("x", 1, 1, 1, 1, 2, 2, 2, 2));

        var predictions = Learner.Train(data).Predict(data.Features);

        Assert.All(predictions.Chunk(2), row => Assert.Equal(0.25, row[1], 1e-5));
    }

    [Fact]
    public void Stronger_regularisation_makes_smaller_weights()
    {
        var data = Make.Mixed(300, TaskType.Binary, 2);
        double Size(double c) =>
            ((LinearClassifier)Learner.Train(data, ("c", c))).Weights(0)[..^1].ToArray().Sum(weight => weight * weight);

        Assert.True(Size(0.01) < Size(1));
        Assert.True(Size(1) < Size(100));
    }

    [Fact]
    public void Separable_classes_have_finite_weights()
    {
        var data = Make.Classification(2, [0, 0, 0, 1, 1, 1], Make.Numbers("x", 1, 2, 3, 7, 8, 9));

        var model = Learner.Train(data, ("c", 1e6));

        Assert.All(model.Predict(data.Features), value => Assert.InRange(value, 0, 1));
        Assert.Equal(1, model.Facts["converged"]);
    }

    [Fact]
    public void The_order_of_rows_changes_predictions_by_no_more_than_rounding()
    {
        var data = Make.Mixed(400, TaskType.Multiclass, 3);
        var order = Enumerable.Range(0, 400).ToArray();
        new DeterministicRandom(5).Shuffle(order);

        var predictions = Learner.Train(data).Predict(data.Features);

        Assert.Equal(predictions, Learner.Train(data.Take(order)).Predict(data.Features), (left, right) => Math.Abs(left - right) < 1e-4);
    }

    [Fact]
    public void A_missing_number_counts_as_the_median()
    {
        double[] target = [0, 0, 0, 1, 1];
        var holed = Make.Classification(2, target, Make.Numbers("x", 1, 2, double.NaN, 4, 9));
        var filled = Make.Classification(2, target, Make.Numbers("x", 1, 2, 3, 4, 9));

        Assert.Equal(Learner.Train(filled).Predict(filled.Features), Learner.Train(holed).Predict(holed.Features));
    }

    [Fact]
    public void Columns_with_one_value_or_none_have_no_weight_and_harm_nothing()
    {
        var same = Make.Numbers("same", 5, 5, 5, 5);
        var none = Make.Numbers("none", double.NaN, double.NaN, double.NaN, double.NaN);
        var data = Make.Classification(2, [0, 0, 1, 1], same, Make.Numbers("x", 1, 2, 3, 4), none);

        var model = Learner.Train(data);

        Assert.Equal([0, 1, 0], model.Importance.Values);
        Assert.All(model.Predict(data.Features), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_category_that_decides_has_the_importance()
    {
        string[] levels = ["a", "a", "b", "b", "a", "b", "a", "b"];
        var data = Make.Classification(
            2, [0, 0, 1, 1, 0, 1, 0, 1], Make.Strings("level", levels), Make.Numbers("noise", 1, 2, 1, 2, 3, 3, 4, 4));

        var importance = Learner.Train(data).Importance;

        Assert.True(importance["level"] > 0.9);
        Assert.Equal(1, importance.Values.Sum(), 1e-9);
    }

    [Fact]
    public void A_cancelled_training_stops_at_the_next_iteration()
    {
        using var cancellation = new CancellationTokenSource();
        var iterations = 0;
        var options = Make.Options(Learner) with { Progress = _ => { iterations++; cancellation.Cancel(); } };

        Assert.Throws<OperationCanceledException>(() => Learner.Train(Make.Mixed(300, TaskType.Binary, 2), options, cancellation.Token));
        Assert.Equal(1, iterations);
    }
}
