using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What every learner that is registered must keep, those of tomorrow too.</summary>
public sealed class EveryLearnerTests
{
    /// <summary>Settings that make a training short, for learners that have them.</summary>
    private static readonly Dictionary<string, double> Short = new() { ["rounds"] = 5, ["trees"] = 5, ["maxIterations"] = 20 };

    public static TheoryData<string, TaskType> LearnersAndTasks()
    {
        var cases = new TheoryData<string, TaskType>();
        foreach (var learner in Make.Learners().Where(learner => learner.Unavailable is null))
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
    public void The_same_data_and_seed_give_the_same_bytes_on_one_thread_and_on_two(string name, TaskType task)
    {
        var learner = Make.Learner(name);
        // Enough rows that learners share the work out.
        var data = Counts(Make.Mixed(12_000, task, Classes(task)));
        byte[] Bytes(int threads) => learner.Train(data, Make.Options(learner, threads, changed: Changes(learner)), default).ToOnnx();

        Assert.Equal(Bytes(threads: 1), Bytes(threads: 2));
    }

    [Theory]
    [MemberData(nameof(LearnersAndTasks))]
    public void So_do_texts_and_columns_prepared_as_asked_with_probabilities_calibrated(string name, TaskType task)
    {
        var isCalibrated = task is not TaskType.Regression;
        var learner = CalibratedLearner.Compose(
            Make.Learner(name), isCalibrated ? new CalibrationSpec(CalibrationMethod.Isotonic, Folds: 2) : null);

        // Centred numbers are negative, which naive Bayes refuses.
        var preparation = Make.Unusual.Where(column => name is not "naive-bayes" || column.Key is not "whole").ToDictionary();
        var data = Counts(Make.Rich(1_500, task, Classes(task)));
        byte[] Bytes(int threads, bool isAsked) => learner.Train(
            data,
            Make.Options(learner, threads, changed: Changes(learner)) with { Preprocessing = isAsked ? preparation : null },
            default).ToOnnx();

        var asked = Bytes(threads: 1, isAsked: true);

        Assert.Equal(asked, Bytes(threads: 2, isAsked: true));
        Assert.Equal(isCalibrated, OnnxGraphInfo.Read(asked).Metadata.ContainsKey("calibration"));
        Assert.Equal(name is "baseline", asked.SequenceEqual(Bytes(threads: 2, isAsked: false)));
    }

    private static (string, double)[] Changes(ILearner learner) =>
    [
        .. Short.Where(setting => learner.Hyperparameters.Any(known => known.Name == setting.Key))
            .Select(setting => (setting.Key, setting.Value)),
    ];

    /// <summary>Quantities as counts, which suit every loss.</summary>
    private static TrainingData Counts(TrainingData data) => data.Signature.Task is TaskType.Regression
        ? data with { Target = Array.ConvertAll(data.Target, value => Math.Round(Math.Abs(value))) }
        : data;

    private static int Classes(TaskType task) => task switch { TaskType.Binary => 2, TaskType.Multiclass => 3, _ => 0 };
}
