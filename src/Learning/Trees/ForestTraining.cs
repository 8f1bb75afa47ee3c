using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Grows the trees of a forest, several at a time, and watches how well they do.</summary>
/// <remarks>
/// Each tree has a random stream of its own, and what it adds is added in the order of trees, so that models and losses are the same for
/// any number of threads.
/// </remarks>
internal static class ForestTraining
{
    private const int Wave = 8;

    /// <param name="planOf">From how many columns tell rows apart.</param>
    public static ITrainedModel Train(
        ILearner learner,
        TrainingData data,
        TrainingOptions options,
        Func<int, ForestPlan> planOf,
        int maxBins,
        CancellationToken cancellationToken)
    {
        TrainingChecks.RefuseMonotone(options, learner);
        var random = new DeterministicRandom(options.Seed);
        var (encoding, table, validation) = TreeTable.Read(data, options, learner, maxBins, random.Fork());
        var plan = planOf(table.Matrix.Usable.Length);
        var target = new ForestTarget(data.Target, data.Signature.Classes.Count);
        var watched = new ForestScore(validation ?? table, target.Outputs, data.Signature.Classes.Count, options.Threads);
        var growers = new ForestGrower[Wave];
        var grown = new Tree[Wave];
        var trees = new List<Tree>();
        var gains = new double[encoding.Origins.Length];
        while (trees.Count < plan.Trees)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(Wave, plan.Trees - trees.Count);
            var streams = Enumerable.Range(0, count).Select(_ => random.Fork()).ToArray();
            Chunks.Run(options.Threads, count, index =>
            {
                growers[index] = new ForestGrower(table, target, plan, streams[index]);
                grown[index] = growers[index].Grow();
            });
            for (var index = 0; index < count; index++)
            {
                trees.Add(grown[index]);
                for (var column = 0; column < gains.Length; column++)
                {
                    gains[column] += growers[index].Gains[column];
                }

                // A tree says how well it does of rows that it has not learned from; where it has learned from all, of all.
                watched.Add(grown[index], validation is null && plan.RowSample > 0 ? growers[index].Times : null);
            }

            options.Progress?.Invoke(new TrainingProgress(trees.Count, plan.Trees, watched.MeanLoss()));
        }

        return new Forest(learner.Name, data.Signature, encoding, trees)
        {
            Importance = FeatureImportance.Share(data.Signature, encoding.Origins, gains),
            Facts = Facts(trees, watched, validation is not null, plan.RowSample > 0),
        };
    }

    private static Dictionary<string, double> Facts(List<Tree> trees, ForestScore watched, bool isValidated, bool isSampled)
    {
        var facts = new Dictionary<string, double>
        {
            ["trees"] = trees.Count,
            ["leaves"] = trees.Sum(tree => tree.Leaves),
            [isValidated ? "validationLoss" : isSampled ? "outOfBagLoss" : "trainingLoss"] = watched.MeanLoss(),
        };
        if (!isValidated && isSampled)
        {
            facts["outOfBagScore"] = watched.Score();
            facts["outOfBagRows"] = watched.Scored;
        }

        return facts;
    }
}
