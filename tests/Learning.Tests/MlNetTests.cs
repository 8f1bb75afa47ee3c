using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>ML.NET's trainers behind the port of a learner.</summary>
public sealed class MlNetTests
{
    public static TheoryData<string, TaskType> LearnersAndTasks()
    {
        var cases = new TheoryData<string, TaskType>();
        foreach (var learner in Make.Learners().OfType<MlNetLearner>().Where(learner => learner.Unavailable is null))
        {
            foreach (var task in learner.Tasks)
            {
                cases.Add(learner.Name, task);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(LearnersAndTasks))]
    public void Rows_never_seen_are_predicted_by_the_graph_as_by_the_model(string name, TaskType task)
    {
        var model = Make.Learner(name).Train(Make.Rich(400, task, Classes(task)));

        Exported.AgreesWithItself(model, Make.Rich(300, task, Classes(task), seed: 2));
    }

    [Theory]
    [MemberData(nameof(LearnersAndTasks))]
    public void No_row_can_be_predicted_too(string name, TaskType task)
    {
        var data = Make.Mixed(100, task, Classes(task));

        Assert.Empty(Make.Learner(name).Train(data).Predict(data.Features.Take([])));
    }

    [Theory]
    [MemberData(nameof(LearnersAndTasks))]
    public void Rows_that_weigh_more_are_followed_more(string name, TaskType task)
    {
        // Rows of the first level are alike but for their targets, so that the prediction is near the weighted share, or mean.
        var classes = Math.Max(2, Classes(task));
        double[] target = [.. Enumerable.Range(0, 600).Select(row => row < 300 ? (double)(row % classes) : 0)];
        var features = Make.Strings("level", [.. target.Select((_, row) => row < 300 ? "a" : "b")]);
        var data = task is TaskType.Regression ? Make.Regression(target, features) : Make.Classification(classes, target, features);

        double Ones(Func<double, double> weight) => Make.Learner(name)
            .Train(data with { Weights = Array.ConvertAll(target, value => weight(value)) })
            .Predict(data.Features)[task is TaskType.Regression ? 0 : 1];

        Assert.Equal(1.0 / classes, Ones(_ => 1), 0.1);
        Assert.Equal(8.0 / (8 + classes - 1), Ones(value => value is 1 ? 8 : 1), 0.1);
    }

    [Theory]
    [MemberData(nameof(LearnersAndTasks))]
    public void Rows_that_weigh_nothing_teach_nothing(string name, TaskType task)
    {
        var data = Make.Mixed(900, task, Classes(task));
        var learner = Make.Learner(name);
        double[] weights = [.. data.Target.Select((_, row) => row % 3 is 0 ? 0 : 1.0)];
        double[] wrong = [.. data.Target.Select((value, row) => row % 3 is not 0 ? value : task is TaskType.Regression ? 50 : 1)];

        Assert.Equal(
            learner.Train(data with { Weights = weights }).Predict(data.Features),
            learner.Train(data with { Weights = weights, Target = wrong }).Predict(data.Features));
    }

    [Theory]
    [MemberData(nameof(LearnersAndTasks))]
    public void The_order_of_rows_does_not_decide_what_is_learned(string name, TaskType task)
    {
        var data = Make.Mixed(3_000, task, Classes(task));
        var sorted = data.Take([.. Enumerable.Range(0, 3_000).OrderBy(row => data.Target[row])]);
        var learner = Make.Learner(name);

        var (own, ofSorted) = (learner.Train(data).Predict(data.Features), learner.Train(sorted).Predict(data.Features));

        var scale = task is TaskType.Regression ? 20 : 1;
        Assert.InRange(own.Zip(ofSorted).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 0.02 * scale);
    }

    [Theory]
    [InlineData("ml-net-fast-tree", "breast-cancer", "gradient-boosting")]
    [InlineData("ml-net-light-gbm", "breast-cancer", "gradient-boosting")]
    [InlineData("ml-net-sdca", "breast-cancer", "logistic-regression")]
    [InlineData("ml-net-light-gbm", "wine", "gradient-boosting")]
    [InlineData("ml-net-sdca", "wine", "logistic-regression")]
    [InlineData("ml-net-fast-tree", "diabetes", "gradient-boosting")]
    [InlineData("ml-net-light-gbm", "diabetes", "gradient-boosting")]
    [InlineData("ml-net-sdca", "diabetes", "ridge")]
    public async Task On_real_data_it_is_about_as_good_as_the_learner_of_its_kind(string name, string dataset, string peer)
    {
        var data = await RealData.LoadAsync(dataset);
        var rows = Enumerable.Range(0, data.Target.Length).ToLookup(row => row % 4 is 0);
        var (train, test) = (data.Take([.. rows[false]]), data.Take([.. rows[true]]));

        double Score(string learner) => data.Signature.Task is TaskType.Regression
            ? Explained(Make.Learner(learner).Train(train).Predict(test.Features), test.Target)
            : Accuracy(Make.Learner(learner).Train(train).Predict(test.Features), test);

        var score = Score(name);
        Assert.InRange(score, Score(peer) - 0.06, 1);
        Assert.InRange(score, data.Signature.Task is TaskType.Regression ? 0.3 : 0.93, 1);
    }

    [Theory]
    [InlineData("ml-net-fast-tree")]
    [InlineData("ml-net-light-gbm")]
    [InlineData("ml-net-sdca")]
    public void What_is_cancelled_before_it_begins_does_not_begin(string name) => Assert.Throws<OperationCanceledException>(() =>
        Make.Learner(name).Train(Make.Mixed(100, TaskType.Regression, 0), Make.Options(Make.Learner(name)), new CancellationToken(true)));

    [Fact]
    public void Fast_tree_is_cancelled_between_trees()
    {
        var (context, source, said) = (new MLContext(1), new CancellationTokenSource(), 0);
        var trainer = context.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options { NumberOfThreads = 1 });
        context.Log += (_, told) =>
        {
            if (told.Message.Contains("numTotalTrees left", StringComparison.Ordinal) && ++said is 3)
            {
                source.Cancel();
            }
        };

        Assert.Throws<OperationCanceledException>(() => MlNetLearner.Fit(context, trainer, Rows(context, 1_000), source.Token));
        Assert.Equal(3, said);
    }

    [Fact]
    public void Sdca_is_cancelled_between_rows()
    {
        var (context, source, seen) = (new MLContext(1), new CancellationTokenSource(), 0);
        var trainer = context.Regression.Trainers.Sdca(new SdcaRegressionTrainer.Options { NumberOfThreads = 1 });
        var rows = context.Data.FilterByCustomPredicate<MlNetWeight>(Rows(context, 1_000), _ =>
        {
            if (++seen is 3_500)
            {
                source.Cancel();
            }

            return false;
        });

        Assert.Throws<OperationCanceledException>(() => MlNetLearner.Fit(context, trainer, rows, source.Token));
        Assert.Equal(3_500, seen);
    }

    [Fact]
    public void LightGbm_refuses_what_it_finds_no_split_in()
    {
        var rows = Enumerable.Range(0, 200).ToArray();
        var data = Make.Classification(
            2, Array.ConvertAll(rows, row => row % 2.0), Make.Strings("level", Array.ConvertAll(rows, row => $"{row / 100}")));

        Assert.StartsWith(
            "There is nothing to learn from: ",
            Assert.Throws<TrainingRefusedException>(() => new MlNetLightGbm().Train(data)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_lacks_its_native_library_says_so()
    {
        Assert.Equal(RuntimeInformation.ProcessArchitecture is Architecture.X64, new MlNetLightGbm().Unavailable is null);
        Assert.Null(new MlNetFastTree().Unavailable);
        Assert.Null(new MlNetSdca().Unavailable);
        Assert.Equal(
            $"its native library lib_of_nobody does not load on {RuntimeInformation.RuntimeIdentifier}",
            NativeParts.WhyMissing("lib_of_nobody", typeof(MlNetTests).Assembly));
    }

    [Fact]
    public void An_export_is_compared_on_the_rows_held_out()
    {
        // Only there are numbers beyond what single precision holds.
        var data = Make.Regression([1, 2, 6, 3], Make.Numbers("x", 1, 2, 3, 4));
        var learner = new MlNetSdca();
        var options = Make.Options(learner) with { HeldOut = new DataFrame([Make.Numbers("x", 1e38)]) };

        Assert.Contains("differs from the trained one in 1 of 1 rows", Assert.Throws<TrainingRefusedException>(
            () => learner.Train(data, options, default)).Message);
    }

    [Fact]
    public void An_export_that_predicts_as_the_model_does_is_accepted()
    {
        var data = Make.Mixed(100, TaskType.Multiclass, 3);
        var model = Make.Learner("logistic-regression").Train(data);

        ExportAgreement.Require(model, data.Features, data.Signature, default);
    }

    [Fact]
    public void An_export_that_differs_is_refused_with_how_many_rows_and_by_how_much()
    {
        var data = Make.Regression([1, 2, 6, 3], Make.Numbers("x", 1, 2, 3, 4));
        var honest = new Baseline().Train(data);

        var refusal = Assert.Throws<TrainingRefusedException>(
            () => ExportAgreement.Require(new Fake(honest, [3, 3.5, 3, double.NaN]), data.Features, data.Signature, default));

        Assert.Equal(
            "The exported model is not accepted: it differs from the trained one in 2 of 4 rows, by up to Infinity.", refusal.Message);
    }

    [Fact]
    public void An_export_that_cannot_be_loaded_is_refused()
    {
        var data = Make.Regression([1, 2, 6], Make.Numbers("x", 1, 2, 3));

        var refusal = Assert.Throws<TrainingRefusedException>(
            () => ExportAgreement.Require(new Fake(null, [3, 3, 3]), data.Features, data.Signature, default));

        Assert.StartsWith("The exported model is not accepted: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_share_of_a_feature_is_what_shuffling_it_changes()
    {
        var data = Make.Regression(
            [.. Enumerable.Range(0, 100).Select(row => (double)row)],
            Make.Numbers("x", [.. Enumerable.Range(0, 100).Select(row => (double)row)]),
            Make.Strings("same", [.. Enumerable.Repeat("a", 100)]));

        var shares = SensitivityShares.Of(Make.Learner("ridge").Train(data), data.Features, data.Signature, seed: 1);

        Assert.Equal(1, shares["x"]);
        Assert.Equal(0, shares["same"]);
    }

    private static IDataView Rows(MLContext context, int count)
    {
        var data = Make.Mixed(count, TaskType.Regression, 0);
        LinearEncoding.Learn(RawFeatures.Read(data.Features, data.Signature), data.Signature, out var matrix);
        return MlNetRows.ToLearn(context, matrix, data);
    }

    private static int Classes(TaskType task) => task switch { TaskType.Binary => 2, TaskType.Multiclass => 3, _ => 0 };

    private static double Accuracy(double[] probabilities, TrainingData test) => probabilities
        .Chunk(test.Signature.Classes.Count)
        .Zip(test.Target, (row, truth) => Array.IndexOf(row, row.Max()) == (int)truth ? 1.0 : 0)
        .Average();

    /// <summary>The share of the target's variance that predictions explain.</summary>
    private static double Explained(double[] predictions, double[] target)
    {
        var mean = target.Average();
        return 1 - (predictions.Zip(target, (value, truth) => (value - truth) * (value - truth)).Sum()
            / target.Sum(truth => (truth - mean) * (truth - mean)));
    }

    /// <summary>Predicts what it is told and exports another's graph.</summary>
    private sealed class Fake(ITrainedModel? exported, double[] predictions) : ITrainedModel
    {
        public IReadOnlyDictionary<string, double> Importance { get; } = new Dictionary<string, double>();

        public IReadOnlyDictionary<string, double> Facts { get; } = new Dictionary<string, double>();

        public double[] Predict(DataFrame features) => predictions;

        public byte[] ToOnnx() => exported?.ToOnnx() ?? [1, 2, 3];
    }
}
