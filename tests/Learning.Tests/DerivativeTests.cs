using FsCheck;
using FsCheck.Fluent;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>Derivatives in closed form against differences of the loss itself.</summary>
public sealed class DerivativeTests
{
    private const double Step = 1e-4;

    public static TheoryData<TaskType, int> Losses() =>
        new() { { TaskType.Regression, 1 }, { TaskType.Binary, 2 }, { TaskType.Multiclass, 5 } };

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_derivatives_of_a_boosting_loss_are_its_slope_and_curvature(TaskType task, int classes) =>
        Prop.ForAll<int>(seed =>
        {
            const int rows = 7;
            var random = new DeterministicRandom(seed);
            var loss = BoostingLoss.For(new ModelSignature([], "y", task, [.. Enumerable.Range(0, classes).Select(k => $"{k}")]));
            var target = Enumerable.Range(0, rows).Select(_ => (double)random.NextInt(classes)).ToArray();
            var scores = Enumerable.Range(0, rows * loss.Outputs).Select(_ => 2 * random.NextGaussian()).ToArray();
            var gradients = new float[scores.Length];
            var hessians = new float[scores.Length];
            loss.Derive(target, scores, gradients, hessians, 0, rows);

            return Enumerable.Range(0, scores.Length).All(i =>
            {
                double At(double shift)
                {
                    var moved = (double[])scores.Clone();
                    moved[i] += shift;
                    return loss.At(target, moved, i % rows);
                }

                return Math.Abs(gradients[i] - ((At(Step) - At(-Step)) / (2 * Step))) < 1e-5
                    && Math.Abs(hessians[i] - ((At(Step) - (2 * At(0)) + At(-Step)) / (Step * Step))) < 1e-5;
            });
        }).QuickCheckThrowOnFailure();
}
