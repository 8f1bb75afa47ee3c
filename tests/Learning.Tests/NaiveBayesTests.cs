using Mlops.Training;

namespace Mlops.Learning;

public sealed class NaiveBayesTests
{
    private static readonly string[] Texts = PreparationGolden.Text.GetProperty("texts").Texts();
    private static readonly double[] Classes = PreparationGolden.Text.GetProperty("classes").Vector();
    private static readonly string[] Unseen = PreparationGolden.Text.GetProperty("unseen").Texts();

    [Theory]
    [InlineData("words", "tfidf", 1, 1)]
    [InlineData("pairs", "tfidf", 2, 2)]
    [InlineData("counts", "counts", 1, 2)]
    public void Probabilities_are_those_of_scikit_learn(string name, string terms, int maxWords, int minDocuments)
    {
        var learner = new NaiveBayes();
        var data = Make.Classification(3, Classes, Make.Texts("text", Texts));
        var options = With(learner, new TextPreprocessing(1, maxWords, minDocuments), ("alpha", 0.5), ("terms", terms));

        var model = learner.Train(data, options, default);

        var unseen = data with { Features = new Data.DataFrame([Make.Texts("text", Unseen)]), Target = new double[Unseen.Length] };
        double[] expected = [.. PreparationGolden.Text.GetProperty(name).GetProperty("naiveBayes").Matrix().SelectMany(row => row)];
        PreparationGolden.AssertClose(expected, model.Predict(unseen.Features), 1e-5);
        PreparationGolden.AssertClose(expected, Exported.Score(model.ToOnnx(), unseen.Features, unseen.Signature), 1e-5);
    }

    [Theory]
    [InlineData("words", 1, 1)]
    [InlineData("pairs", 2, 2)]
    public void Logistic_regression_on_texts_gives_the_probabilities_of_scikit_learn(string name, int maxWords, int minDocuments)
    {
        var learner = new LogisticRegression();
        var data = Make.Classification(3, Classes, Make.Texts("text", Texts));
        var options = With(learner, new TextPreprocessing(1, maxWords, minDocuments), ("tolerance", 1e-9));

        var model = learner.Train(data, options, default);

        double[] expected = [.. PreparationGolden.Text.GetProperty(name).GetProperty("logistic").Matrix().SelectMany(row => row)];
        PreparationGolden.AssertClose(expected, model.Predict(new Data.DataFrame([Make.Texts("text", Unseen)])), 1e-4);
    }

    [Fact]
    public void A_row_of_weight_two_counts_as_two_rows()
    {
        var columns = new[] { Make.Strings("c", "a", "b", "b", "c"), Make.Texts("t", "one two", "two", "three", "one") };
        var weighted = Make.Classification(2, [0, 1, 1, 0], columns) with { Weights = [1, 2, 1, 1] };
        var repeated = weighted.Take([0, 1, 1, 2, 3]) with { Weights = null };

        // Terms are counted, because how many texts have a term is a matter of rows, not of weights.
        var learner = new NaiveBayes();
        var options = With(learner, new TextPreprocessing(MinDocuments: 1), ("terms", "counts"), name: "t");
        PreparationGolden.AssertClose(
            learner.Train(repeated, options, default).Predict(weighted.Features),
            learner.Train(weighted, options, default).Predict(weighted.Features));
    }

    [Fact]
    public void Negative_numbers_are_refused()
    {
        var learner = new NaiveBayes();
        var options = Make.Options(learner) with
        {
            Preprocessing = new Dictionary<string, ColumnPreprocessing> { ["x"] = new(Scale: Scaling.Standard) },
        };

        var refusal = Assert.Throws<TrainingRefusedException>(
            () => learner.Train(Make.Classification(2, [0, 1, 0, 1], Make.Numbers("x", 1, 2, 3, 4)), options, default));

        Assert.Equal("naive-bayes cannot learn from negative numbers: scale them by minMax.", refusal.Message);
    }

    private static TrainingOptions With(
        ILearner learner,
        TextPreprocessing text,
        (string Name, HyperparameterValue Value) first,
        (string Name, HyperparameterValue Value)? second = null,
        string name = "text")
    {
        var options = Make.Options(learner);
        var values = new Dictionary<string, HyperparameterValue>(options.Hyperparameters) { [first.Name] = first.Value };
        if (second is { } more)
        {
            values[more.Name] = more.Value;
        }

        return options with
        {
            Hyperparameters = values,
            Preprocessing = new Dictionary<string, ColumnPreprocessing> { [name] = new(Text: text) },
        };
    }
}
