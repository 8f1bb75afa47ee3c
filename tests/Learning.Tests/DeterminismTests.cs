using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class DeterminismTests
{
    public static TheoryData<string, TaskType, int> Cases() => OnnxParityTests.Cases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equal_data_and_seed_give_equal_bytes_on_one_thread_and_on_two(string name, TaskType task, int classes)
    {
        var learner = Make.Learner(name);
        // Enough rows that both learners share the work out, and that early stopping draws its rows.
        var data = Make.Mixed(12_000, task, classes);
        byte[] Bytes(int threads) => learner.Train(data, Make.Options(learner, threads, changed: Short(learner)), default).ToOnnx();

        var one = Bytes(1);

        Assert.Equal(one, Bytes(1));
        Assert.Equal(one, Bytes(2));
    }

    [Fact]
    public void Another_seed_sets_other_rows_aside()
    {
        var learner = new GradientBoosting();
        var data = Make.Mixed(500, TaskType.Regression, 0);
        TrainingOptions With(int seed) => Make.Options(learner, 1, seed, ("rounds", 5), ("earlyStoppingMinRows", 100));
        byte[] Bytes(int seed) => learner.Train(data, With(seed), default).ToOnnx();

        Assert.NotEqual(Bytes(1), Bytes(2));
    }

    [Fact]
    public void Watching_the_progress_does_not_change_the_model()
    {
        var learner = new GradientBoosting();
        var data = Make.Mixed(300, TaskType.Binary, 2);
        var seen = new List<TrainingProgress>();

        var watched = learner.Train(data, Make.Options(learner) with { Progress = seen.Add }, default);

        Assert.Equal(learner.Train(data).ToOnnx(), watched.ToOnnx());
        Assert.Equal(Enumerable.Range(1, 100), seen.Select(progress => progress.Completed));
        Assert.True(seen[^1].Loss < seen[0].Loss);
    }

    private static (string, double)[] Short(ILearner learner) =>
    [
        .. learner.Hyperparameters.Select(known => known.Name).Intersect(["rounds", "trees", "maxIterations"])
            .Select(name => (name, name is "maxIterations" ? 30.0 : 8)),
    ];
}
