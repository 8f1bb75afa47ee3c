using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

/// <summary>Derivatives in closed form against differences of the loss itself.</summary>
public sealed class DerivativeTests
{
    private const double Step = 1e-4;

    public static TheoryData<string> Losses() => ["squared", "huber", "poisson", "binary", "multinomial"];

    [Theory]
    [MemberData(nameof(Losses))]
    public void The_derivatives_of_a_boosting_loss_are_its_slope_and_curvature(string name) =>
        Prop.ForAll<int>(seed =>
        {
            // More rows than a vector has, and some over.
            const int rows = 19;
            var random = new DeterministicRandom(seed);
            var loss = Loss(name);
            var target = Enumerable.Range(0, rows).Select(_ => (double)random.NextInt(name is "binary" ? 2 : 5)).ToArray();
            loss.BaseScores(name is "binary" ? [0, 1] : [.. target, 0, 1, 2, 3, 4], null);
            var scores = Enumerable.Range(0, rows * loss.Outputs).Select(_ => 2 * random.NextGaussian()).ToArray();
            var (gradients, hessians) = Derive(loss, target, scores);

            return Enumerable.Range(0, scores.Length).All(i =>
            {
                double At(double shift)
                {
                    var moved = (double[])scores.Clone();
                    moved[i] += shift;
                    return loss.At(target, moved, i % rows);
                }

                // The curvature that huber declares is the squared error's, as its own is 0 in the tails.
                var scale = Math.Max(1, Math.Abs(At(0)));
                return Math.Abs(gradients[i] - ((At(Step) - At(-Step)) / (2 * Step))) < 1e-4 * scale
                    && (name is "huber" || Math.Abs(hessians[i] - ((At(Step) - (2 * At(0)) + At(-Step)) / (Step * Step))) < 1e-5 * scale);
            });
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("absolute")]
    [InlineData("quantile")]
    public void The_first_derivative_of_a_loss_with_a_kink_is_its_slope_off_the_kink(string name) => Prop.ForAll<int>(seed =>
    {
        var random = new DeterministicRandom(seed);
        var loss = Loss(name);
        double[] target = [random.NextGaussian()];
        double[] scores = [target[0] + ((random.NextInt(2) - 0.5) * 3)];
        var (gradients, _) = Derive(loss, target, scores);

        double At(double shift) => loss.At(target, [scores[0] + shift], 0);
        return Math.Abs(gradients[0] - ((At(Step) - At(-Step)) / (2 * Step))) < 1e-6;
    }).QuickCheckThrowOnFailure();

    private static BoostingLoss Loss(string name) => name switch
    {
        "squared" => new SquaredError(),
        "absolute" => new AbsoluteError(),
        "huber" => new HuberLoss(0.6),
        "quantile" => new QuantileLoss(0.8),
        "poisson" => new PoissonLoss(),
        "binary" => new BinaryLogLoss(),
        _ => new MultinomialLogLoss(5),
    };

    private static (float[] Gradients, float[] Hessians) Derive(BoostingLoss loss, double[] target, double[] scores)
    {
        var (gradients, hessians) = (new float[scores.Length], new float[scores.Length]);
        loss.Derive(target, scores, gradients, hessians, 0, target.Length);
        return (gradients, hessians);
    }
}
