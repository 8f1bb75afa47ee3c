using Mlops.Explanations;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Learning;

/// <summary>What our learners export is explained exactly, and what is explained is what they predict.</summary>
public sealed class ExplainedLearnerTests
{
    private const int Background = 100;

    private static readonly OnnxModelLoader Models = new(OnnxLimits.Default);

    public static TheoryData<string, TaskType, int, ExplanationMethod, ExplanationScale> Learners => new()
    {
        { "gradient-boosting", TaskType.Binary, 2, ExplanationMethod.TreeShap, ExplanationScale.Score },
        { "gradient-boosting", TaskType.Multiclass, 4, ExplanationMethod.TreeShap, ExplanationScale.Score },
        { "gradient-boosting", TaskType.Regression, 0, ExplanationMethod.TreeShap, ExplanationScale.Value },
        { "random-forest", TaskType.Multiclass, 3, ExplanationMethod.TreeShap, ExplanationScale.Probability },
        { "random-forest", TaskType.Regression, 0, ExplanationMethod.TreeShap, ExplanationScale.Value },
        { "extra-trees", TaskType.Binary, 2, ExplanationMethod.TreeShap, ExplanationScale.Probability },
        { "logistic-regression", TaskType.Binary, 2, ExplanationMethod.LinearShap, ExplanationScale.Score },
        { "logistic-regression", TaskType.Multiclass, 3, ExplanationMethod.LinearShap, ExplanationScale.Score },
        { "ridge", TaskType.Regression, 0, ExplanationMethod.LinearShap, ExplanationScale.Value },
        { "elastic-net", TaskType.Regression, 0, ExplanationMethod.LinearShap, ExplanationScale.Value },
        { "ml-net-fast-tree", TaskType.Regression, 0, ExplanationMethod.TreeShap, ExplanationScale.Value },
        { "ml-net-sdca", TaskType.Binary, 2, ExplanationMethod.LinearShap, ExplanationScale.Score },
        { "ml-net-sdca", TaskType.Multiclass, 3, ExplanationMethod.LinearShap, ExplanationScale.Score },
        { "ml-net-sdca", TaskType.Regression, 0, ExplanationMethod.LinearShap, ExplanationScale.Value },
    };

    [Theory]
    [MemberData(nameof(Learners))]
    public void Attributions_are_exact_and_add_up_to_the_prediction(
        string name, TaskType task, int classes, ExplanationMethod method, ExplanationScale scale)
    {
        // A category of 60 levels, for which trees ask by sets, and gaps in numbers and categories.
        var data = Make.Mixed(1_500, task, classes);
        var learner = Make.Learner(name);
        var model = learner.Train(data, Make.Options(learner, 1, 7, Short(learner)), default);
        var rows = FeatureBatches.From(data.Features.Take([.. Enumerable.Range(0, Background)]), data.Signature);
        using var explainer = new OnnxExplainerLoader(Models, OnnxLimits.Default).Load(
            model.ToOnnx(), data.Signature, rows, new ExplanationOptions());

        var found = explainer.Explain(rows, default);

        Assert.Equal((method, scale), (explainer.Method, explainer.Scale));
        var predictions = model.Predict(data.Features.Take([.. Enumerable.Range(0, Background)]));
        for (var row = 0; row < Background; row++)
        {
            var outputs = found.Outputs.AsSpan(row * explainer.Outputs.Count, explainer.Outputs.Count).ToArray();
            Assert.All(outputs.Index(), output => Assert.Equal(
                output.Item, found.BaseValues[output.Index] + found.Of(row, output.Index).ToArray().Sum(), 1e-8));
            var predicted = predictions.AsSpan(row * data.Signature.OutputWidth, data.Signature.OutputWidth).ToArray();
            Assert.All(Predicted(outputs, task, scale).Zip(predicted), pair => Assert.Equal(pair.First, pair.Second, 2e-3 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    [Fact]
    public void Trees_in_several_sums_are_explained_by_sampling()
    {
        var data = Make.Mixed(300, TaskType.Multiclass, 3);
        var rows = FeatureBatches.From(data.Features.Take([0, 1, 2]), data.Signature);

        using var explainer = new OnnxExplainerLoader(Models, OnnxLimits.Default).Load(
            Make.Learner("ml-net-light-gbm").Train(data, ("rounds", 3)).ToOnnx(), data.Signature, rows, new ExplanationOptions());

        Assert.Equal(ExplanationMethod.KernelShap, explainer.Method);
    }

    [Fact]
    public void Boosted_trees_bring_their_covers_so_that_the_base_value_does_not_depend_on_the_background()
    {
        var data = Make.Mixed(1_500, TaskType.Regression, 0);
        var learner = Make.Learner("gradient-boosting");
        var onnx = learner.Train(data, Make.Options(learner, 1, 7, ("rounds", 20)), default).ToOnnx();

        double Base(int first)
        {
            var rows = FeatureBatches.From(data.Features.Take([first, first + 1]), data.Signature);
            using var explainer = new OnnxExplainerLoader(Models, OnnxLimits.Default).Load(
                onnx, data.Signature, rows, new ExplanationOptions());
            return explainer.Explain(rows, default).BaseValues[0];
        }

        Assert.Equal(Base(0), Base(700));
    }

    private static double[] Predicted(double[] outputs, TaskType task, ExplanationScale scale)
    {
        if (task is TaskType.Binary)
        {
            var positive = scale is ExplanationScale.Score ? Link.Sigmoid(outputs[0]) : outputs[0];
            return [1 - positive, positive];
        }

        if (task is TaskType.Multiclass && scale is ExplanationScale.Score)
        {
            Link.Softmax(outputs);
        }

        return outputs;
    }

    private static (string, double)[] Short(Training.ILearner learner) =>
    [
        .. learner.Hyperparameters.Select(known => known.Name).Intersect(["rounds", "trees"]).Select(name => (name, 15.0)),
    ];
}
