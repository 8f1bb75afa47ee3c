using Microsoft.Extensions.DependencyInjection;
using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What every learner that is registered must keep, those of tomorrow too.</summary>
public sealed class EveryLearnerTests
{
    /// <summary>Settings that make a training short, for learners that have them.</summary>
    private static readonly Dictionary<string, double> Short = new() { ["rounds"] = 5, ["trees"] = 5, ["maxIterations"] = 20 };

    private static readonly int[] FirstRows = [.. Enumerable.Range(0, 200)];

    public static TheoryData<string, TaskType> LearnersAndTasks()
    {
        using var services = new ServiceCollection().AddLearning().BuildServiceProvider();
        var cases = new TheoryData<string, TaskType>();
        foreach (var learner in services.GetRequiredService<LearnerCatalog>().All.Where(learner => learner.Unavailable is null))
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
        var changed = Short.Where(setting => learner.Hyperparameters.Any(known => known.Name == setting.Key))
            .Select(setting => (setting.Key, setting.Value)).ToArray();

        byte[] Bytes(TrainingData data, int threads) =>
            learner.Train(data, Make.Options(learner, threads, changed: changed), default).ToOnnx();

        // Those that learn from free text alone refuse tables, and the other way round.
        var data = Learns(learner, Table(task)) ? Table(task) : Texts(task);
        Assert.Equal(Bytes(data, threads: 1), Bytes(data, threads: 2));
    }

    private static bool Learns(ILearner learner, TrainingData data)
    {
        try
        {
            learner.Train(data with { Features = data.Features.Take(FirstRows), Target = data.Target[..FirstRows.Length] },
                Make.Options(learner), default);
            return true;
        }
        catch (TrainingRefusedException)
        {
            return false;
        }
    }

    /// <summary>Enough rows that learners share the work out; counts as the target of regressions, which suit every loss.</summary>
    private static TrainingData Table(TaskType task)
    {
        var data = Make.Mixed(12_000, task, Classes(task));
        return task is TaskType.Regression ? data with { Target = Array.ConvertAll(data.Target, value => Math.Round(Math.Abs(value))) } : data;
    }

    private static TrainingData Texts(TaskType task)
    {
        var random = new DeterministicRandom(1);
        var classes = Math.Max(2, Classes(task));
        var target = Enumerable.Range(0, 2_000).Select(row => (double)(row % classes)).ToArray();
        string[] texts = [.. target.Select((label, row) => $"word{label} word{random.NextInt(50)} text{random.NextInt(9)} {row}")];
        var column = new StringColumn(new ColumnSchema("text", ColumnType.Text, Nullable: false), [.. Enumerable.Range(0, texts.Length)], texts);
        return task is TaskType.Regression ? Make.Regression(target, column) : Make.Classification(classes, target, column);
    }

    private static int Classes(TaskType task) => task switch { TaskType.Binary => 2, TaskType.Multiclass => 3, _ => 0 };
}
