using FsCheck;
using FsCheck.Fluent;

namespace Mlops.AbTesting;

public sealed class FamilyWiseTests
{
    [Fact]
    public void Holm_is_that_of_statsmodels()
    {
        var adjusted = FamilyWise.Holm(Goldens.Read.PValues);

        Assert.All(Goldens.Read.Holm.Zip(adjusted), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Adjusted_evidence_is_the_least_average_over_all_sets()
    {
        var adjusted = FamilyWise.LogEValues(Goldens.Read.LogE);

        Assert.All(Goldens.Read.Closed.Zip(adjusted), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void Evidence_is_never_worth_less_than_Holm_leaves_of_it() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Gen.Choose(-200, 2_000).Select(log => log / 100.0).ArrayOf().ToArbitrary(), logs =>
        {
            var holm = FamilyWise.Holm([.. logs.Select(log => Math.Min(1, Math.Exp(-log)))]);
            var adjusted = FamilyWise.LogEValues(logs);
            Assert.All(holm.Zip(adjusted), pair => Assert.True(Math.Min(1, Math.Exp(-pair.Second)) <= pair.First * (1 + 1e-9)));
        }));

    [Fact]
    public void Evidence_without_bound_does_not_overflow() =>
        Assert.All(FamilyWise.LogEValues([5_000, -5_000, 4_000]), log => Assert.True(double.IsFinite(log)));
}
