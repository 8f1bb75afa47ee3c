namespace Mlops.Training;

public class LossCurveTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(150)]
    [InlineData(12_345)]
    public void It_stays_small_and_has_the_first_and_the_last_report(int rounds)
    {
        var curve = new LossCurve();
        for (var round = 1; round <= rounds; round++)
        {
            curve.Add(new TrainingProgress(round, rounds, 1.0 / round));
        }

        Assert.InRange(curve.Points.Count, Math.Min(rounds, 100), 200);
        Assert.Equal((1, rounds), (curve.Points[0].Completed, curve.Points[^1].Completed));
        Assert.All(curve.Points.Zip(curve.Points.Skip(1)), pair => Assert.True(pair.First.Completed < pair.Second.Completed));
    }

    [Fact]
    public void A_learner_that_says_nothing_has_no_curve() => Assert.Empty(new LossCurve().Points);
}
