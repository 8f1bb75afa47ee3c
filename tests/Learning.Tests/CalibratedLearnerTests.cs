using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class CalibratedLearnerTests
{
    public static TheoryData<string, CalibrationMethod, TaskType, int> Cases()
    {
        var cases = new TheoryData<string, CalibrationMethod, TaskType, int>();
        string[] learners = ["logistic-regression", "gradient-boosting", "naive-bayes", "random-forest", "extra-trees", "baseline"];
        foreach (var learner in learners)
        {
            foreach (var method in Enum.GetValues<CalibrationMethod>())
            {
                cases.Add(learner, method, TaskType.Binary, 2);
                cases.Add(learner, method, TaskType.Multiclass, 3);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_graph_has_the_calibrated_probabilities(string learner, CalibrationMethod method, TaskType task, int classes)
    {
        var data = Make.Rich(400, task, classes);

        var model = CalibratedLearner.Compose(Make.Learner(learner), new CalibrationSpec(method, Folds: 3)).Train(data);

        // An isotonic curve may be steep, and what reaches it differs in the last digit; the curves themselves are held bit for bit.
        var (own, exported) = (model.Predict(data.Features), Exported.Score(model.ToOnnx(), data.Features, data.Signature));
        PreparationGolden.AssertClose(own, exported, method is CalibrationMethod.Platt ? 1e-5 : 2e-3);
        Assert.InRange(own.Zip(exported).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-5), 0, own.Length / 50);
        Assert.All(own.Chunk(classes), row => Assert.Equal(1, row.Sum(), 1e-6));
        Assert.Equal(method is CalibrationMethod.Platt ? "platt" : "isotonic", OnnxGraphInfo.Read(model.ToOnnx()).Metadata["calibration"]);
    }

    [Theory]
    [InlineData(CalibrationMethod.Isotonic)]
    [InlineData(CalibrationMethod.Platt)]
    public void Overconfident_probabilities_become_true_ones(CalibrationMethod method)
    {
        // Naive Bayes counts a word that stands in eight columns eight times, and so is far too sure of itself.
        var random = new DeterministicRandom(11);
        TrainingData Draw(int rows)
        {
            double[] target = [.. Enumerable.Range(0, rows).Select(_ => (double)random.NextInt(2))];
            var words = target.Select(truth => random.NextDouble() < 0.7 == truth is 1 ? "up" : "down").ToArray();
            return Make.Classification(2, target, [.. Enumerable.Range(0, 8).Select(i => Make.Strings($"c{i}", words))]);
        }

        var (train, test) = (Draw(1_500), Draw(1_500));
        double Brier(ITrainedModel model) => model.Predict(test.Features)
            .Where((_, index) => index % 2 is 1)
            .Zip(test.Target, (probability, truth) => Math.Pow(probability - truth, 2))
            .Average();

        var plain = Brier(new NaiveBayes().Train(train));
        var calibrated = Brier(CalibratedLearner.Compose(new NaiveBayes(), new CalibrationSpec(method)).Train(train));

        Assert.InRange(plain, 0.25, 1);
        Assert.InRange(calibrated, 0.19, 0.22);
    }

    [Theory]
    [InlineData(null, 0.8)]
    [InlineData(null, 0.3)]
    [InlineData(CalibrationMethod.Platt, 0.8)]
    public void A_fixed_threshold_decides_the_label(CalibrationMethod? method, double threshold)
    {
        var model = CalibratedLearner.Compose(new LogisticRegression(), new CalibrationSpec(method, threshold)).Train(Ramp());

        Assert.Equal(threshold, model.DecisionThreshold);
        LabelsFollow(model, (float)threshold);
    }

    [Fact]
    public void A_probability_on_the_threshold_is_of_the_positive_class()
    {
        var plain = new LogisticRegression().Train(Ramp());
        using var run = Run(plain);
        var on = run.Floats(ModelSignature.ProbabilitiesOutput)[(2 * 40) + 1];

        LabelsFollow(CalibratedLearner.Compose(new LogisticRegression(), new CalibrationSpec(Threshold: on)).Train(Ramp()), on);
    }

    [Theory]
    [InlineData("f1")]
    [InlineData("mcc")]
    [InlineData("balancedAccuracy")]
    public void A_chosen_threshold_decides_the_label_and_does_better_on_new_rows(string metric)
    {
        // One row in twelve is positive: at one half hardly any would be found.
        TrainingData Rare(int seed)
        {
            var data = Make.Mixed(1_500, TaskType.Multiclass, 12, seed);
            var signature = data.Signature with { Task = TaskType.Binary, Classes = ["no", "yes"] };
            var random = new DeterministicRandom(seed);
            double[] target = Array.ConvertAll(data.Target, rank => rank is 11 && random.NextDouble() < 0.6 ? 1.0 : 0);
            return data with { Signature = signature, Target = target };
        }

        var (train, test) = (Rare(1), Rare(2));
        var model = CalibratedLearner.Compose(new LogisticRegression(), new CalibrationSpec(MaximizeMetric: metric)).Train(train);

        Assert.InRange(model.DecisionThreshold!.Value, 0.01, 0.49);
        Assert.Equal(new LogisticRegression().Train(train).Predict(test.Features), model.Predict(test.Features));
        double Recall(double threshold) => model.Predict(test.Features)
            .Where((probability, index) => index % 2 is 1 && test.Target[index / 2] is 1)
            .Average(probability => probability >= threshold ? 1.0 : 0);
        Assert.True(Recall(model.DecisionThreshold.Value) > Recall(0.5));
    }

    [Fact]
    public void What_asks_for_nothing_is_the_learner_itself()
    {
        var learner = new LogisticRegression();

        Assert.Same(learner, CalibratedLearner.Compose(learner, null));
        Assert.Same(learner, CalibratedLearner.Compose(learner, new CalibrationSpec(Folds: 7)));
    }

    [Theory]
    [InlineData("random-forest")]
    [InlineData("extra-trees")]
    public void The_zeros_and_ones_of_a_forest_become_doubts(string name)
    {
        // A third of the labels is wrong, and trees grown to the last row believe them.
        var random = new DeterministicRandom(5);
        TrainingData Draw(int rows)
        {
            double[] x = [.. Enumerable.Range(0, rows).Select(_ => random.NextGaussian())];
            return Make.Classification(
                2, Array.ConvertAll(x, value => value > 0 == random.NextDouble() < 2 / 3.0 ? 1.0 : 0), Make.Numbers("x", x));
        }

        var (train, test) = (Draw(800), Draw(800));
        double LogLoss(ILearner learner) => learner.Train(train, ("trees", 30)).Predict(test.Features).Chunk(2)
            .Zip(test.Target, (row, truth) => -Math.Log(Math.Max(1e-7, row[(int)truth])))
            .Average();

        var plain = LogLoss(Make.Learner(name));
        var calibrated = LogLoss(CalibratedLearner.Compose(Make.Learner(name), new CalibrationSpec(CalibrationMethod.Platt)));

        // Nobody can do better than the entropy of one in three, 0.637.
        Assert.True(plain > 0.75, $"{plain}");
        Assert.InRange(calibrated, 0.6, 0.71);
    }

    [Theory]
    [InlineData(CalibrationMethod.Isotonic)]
    [InlineData(CalibrationMethod.Platt)]
    public void A_baseline_stays_at_the_share_of_each_class(CalibrationMethod method)
    {
        var data = Make.Classification(
            2, [.. Enumerable.Range(0, 200).Select(row => row % 4 is 0 ? 1.0 : 0)], Make.Numbers("x", new double[200]));

        var model = CalibratedLearner.Compose(new Baseline(), new CalibrationSpec(method)).Train(data);

        Assert.All(model.Predict(data.Features).Chunk(2), row => Assert.Equal(0.25, row[1], 0.01));
    }

    [Theory]
    [InlineData("gradient-boosting")]
    [InlineData("logistic-regression")]
    public void Equal_data_and_seed_give_equal_bytes_on_one_thread_and_on_two(string name)
    {
        var data = Make.Rich(3_000, TaskType.Binary, 2);
        var learner = CalibratedLearner.Compose(
            Make.Learner(name), new CalibrationSpec(CalibrationMethod.Isotonic, MaximizeMetric: "f1", Folds: 2));
        byte[] Bytes(int threads, int seed) => learner.Train(data, Make.Options(learner, threads, seed), default).ToOnnx();

        var one = Bytes(1, 7);

        Assert.Equal(one, Bytes(2, 7));
        Assert.NotEqual(one, Bytes(1, 8));
    }

    [Fact]
    public void Only_the_model_of_all_rows_reports_progress()
    {
        var learner = CalibratedLearner.Compose(new GradientBoosting(), new CalibrationSpec(CalibrationMethod.Platt, Folds: 2));
        var seen = new List<TrainingProgress>();

        learner.Train(Make.Mixed(200, TaskType.Binary, 2), Make.Options(learner) with { Progress = seen.Add }, default);

        Assert.Equal(Enumerable.Range(1, 100), seen.Select(progress => progress.Completed));
    }

    [Theory]
    [InlineData(TaskType.Regression, "Only classification has probabilities to calibrate.")]
    [InlineData(TaskType.Multiclass, "Only two classes are told apart by a threshold.")]
    public void What_cannot_be_calibrated_is_refused(TaskType task, string reason)
    {
        var learner = CalibratedLearner.Compose(new GradientBoosting(), new CalibrationSpec(Threshold: 0.4));

        var data = Make.Mixed(50, task, task is TaskType.Regression ? 0 : 3);
        var refusal = Assert.Throws<TrainingRefusedException>(() => learner.Train(data));

        Assert.Equal(reason, refusal.Message);
    }

    [Fact]
    public void A_class_of_one_row_is_refused()
    {
        var data = Make.Classification(2, [0, 0, 0, 1], Make.Numbers("x", 1, 2, 3, 4));

        var refusal = Assert.Throws<TrainingRefusedException>(() => CalibratedLearner
            .Compose(new LogisticRegression(), new CalibrationSpec(CalibrationMethod.Platt)).Train(data));

        Assert.Equal("Calibration needs at least 2 rows of the class 'class 1'.", refusal.Message);
    }

    private static TrainingData Ramp() => Make.Classification(
        2,
        [.. Enumerable.Range(0, 90).Select(row => row >= 45 != (row % 9 is 4) ? 1.0 : 0)],
        Make.Numbers("x", [.. Enumerable.Range(0, 90).Select(row => (double)row)]));

    private static GraphRun Run(ITrainedModel model) => new GraphRun(model.ToOnnx())
        .With(ModelSignature.NumericInput, [.. Enumerable.Range(0, 90).Select(row => (float)row)], 90, 1);

    private static void LabelsFollow(ITrainedModel model, float threshold)
    {
        using var run = Run(model);
        var positive = run.Floats(ModelSignature.ProbabilitiesOutput).Where((_, index) => index % 2 is 1).ToArray();

        Assert.Equal(
            positive.Select(probability => probability >= threshold ? "class 1" : "class 0"), run.Strings(ModelSignature.LabelOutput));
        Assert.Equal(2, run.Strings(ModelSignature.LabelOutput).Distinct().Count());
    }
}
