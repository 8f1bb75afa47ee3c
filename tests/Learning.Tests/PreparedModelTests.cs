using Mlops.Data;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Whole models on tables with every kind of column, prepared as nobody would by default.</summary>
public sealed class PreparedModelTests
{
    public static TheoryData<string, TaskType, int, bool> Cases()
    {
        var cases = new TheoryData<string, TaskType, int, bool>();
        foreach (var isAsked in new[] { false, true })
        {
            cases.Add("logistic-regression", TaskType.Binary, 2, isAsked);
            cases.Add("logistic-regression", TaskType.Multiclass, 3, isAsked);
            cases.Add("gradient-boosting", TaskType.Binary, 2, isAsked);
            cases.Add("gradient-boosting", TaskType.Multiclass, 3, isAsked);
            cases.Add("gradient-boosting", TaskType.Regression, 0, isAsked);
        }

        cases.Add("naive-bayes", TaskType.Binary, 2, false);
        cases.Add("naive-bayes", TaskType.Multiclass, 3, false);
        return cases;
    }

    /// <summary>All but the baseline, which looks at no column.</summary>
    public static TheoryData<string> LookingLearners() => [.. Make.Learners()
        .Where(learner => learner.Unavailable is null && learner is not Baseline)
        .Select(learner => learner.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Raw_rows_reach_the_graph_as_they_reach_the_learner(string name, TaskType task, int classes, bool isAsked)
    {
        var learner = Make.Learner(name);

        var model = learner.Train(Make.Rich(400, task, classes), Options(learner, isAsked), default);

        var unseen = Make.Rich(300, task, classes, seed: 2);
        Column[] strange =
        [
            .. unseen.Features.Columns.Take(3),
            Make.Strings("many", [.. Enumerable.Range(0, 300).Select(row => row % 3 is 0 ? $"new {row}" : row % 3 is 1 ? null : "")]),
            Make.Times("when", [.. Enumerable.Range(0, 300).Select(row => row % 2 is 0 ? double.NaN : -4e9 + (row * 3e7))]),
            Make.Texts("remark", [.. Enumerable.Range(0, 300).Select(row => row % 2 is 0 ? "\n!?" : $"BROKEN 日本 {row} Schön")]),
        ];
        Exported.AgreesWithItself(model, unseen, batch: 300);
        Exported.AgreesWithItself(model, unseen with { Features = new DataFrame(strange) }, batch: 1);
        Assert.All(model.Importance.Values, share => Assert.InRange(share, 0, 1));
        Assert.Equal(1, model.Importance.Values.Sum(), 1e-9);
        Assert.True(model.Importance["remark"] > 0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equal_data_and_seed_give_equal_bytes_on_one_thread_and_on_two(string name, TaskType task, int classes, bool isAsked)
    {
        var learner = Make.Learner(name);
        var data = Make.Rich(1_500, task, classes);
        byte[] Bytes(int threads) => learner.Train(data, Options(learner, isAsked) with { Threads = threads }, default).ToOnnx();

        Assert.Equal(Bytes(1), Bytes(2));
    }

    [PythonOnnxFact]
    public void The_reference_checker_accepts_every_graph()
    {
        foreach (var (name, task, classes, isAsked) in Cases().Select(row => ((string)row[0], (TaskType)row[1], (int)row[2], (bool)row[3])))
        {
            var calibration = task is TaskType.Regression ? null : new CalibrationSpec((CalibrationMethod)(classes % 2), Folds: 2);
            var learner = CalibratedLearner.Compose(Make.Learner(name), calibration);

            var read = PythonOnnx.CheckModel(learner.Train(Make.Rich(150, task, classes), Options(learner, isAsked), default).ToOnnx());

            Assert.Contains("TfIdfVectorizer", read.GetProperty("operators").EnumerateArray().Select(node => node.GetString()));
            Assert.Equal(1, read.GetProperty("opsets").GetProperty("com.microsoft").GetInt32());
        }
    }

    [Theory]
    [MemberData(nameof(LookingLearners))]
    public void What_a_spec_asks_of_a_column_is_done(string name)
    {
        // Folded into one, the levels cannot be told apart.
        var learner = Make.Learner(name);
        double[] target = [.. Enumerable.Range(0, 200).Select(row => (double)(row % 2))];
        Column[] columns =
        [
            Make.Strings("level", [.. target.Select(truth => truth is 0 ? "a" : "b")]),
            Make.Numbers("x", [.. target.Select((_, row) => (double)(row % 9))]),
        ];
        var data = learner.Tasks.Contains(TaskType.Binary) ? Make.Classification(2, target, columns) : Make.Regression(target, columns);
        var folded = Make.Options(learner) with
        {
            Preprocessing = new Dictionary<string, ColumnPreprocessing> { ["level"] = new(MinFrequency: 0.9) },
        };

        Assert.True(learner.Train(data).Importance["level"] > 0.5);
        Assert.InRange(learner.Train(data, folded, default).Importance["level"], 0, 1e-6);
    }

    private static TrainingOptions Options(ILearner learner, bool isAsked)
    {
        (string, double)[] quick = learner switch
        {
            GradientBoosting => [("rounds", 30)],
            LogisticRegression => [("maxIterations", 60)],
            _ => [],
        };
        return Make.Options(learner, changed: quick) with { Preprocessing = isAsked ? Make.Unusual : null };
    }
}
