using FsCheck;
using FsCheck.Fluent;
using Mlops.Onnx;

namespace Mlops.Learning;

public sealed class CalibrationCurveTests
{
    private static readonly float[] Scores = Floats("scores");
    private static readonly double[] Outcomes = PreparationGolden.Calibration.GetProperty("outcomes").Vector();
    private static readonly double[] Weights = PreparationGolden.Calibration.GetProperty("weights").Vector();
    private static readonly float[] Probes = Floats("probes");

    [Fact]
    public void The_isotonic_curve_has_the_knots_of_scikit_learn()
    {
        var curve = IsotonicCurve.Learn(Scores, Outcomes, null);

        var knots = PreparationGolden.Calibration.GetProperty("knots");
        Assert.Equal(knots.GetProperty("scores").Vector(), curve.Scores.Select(score => (double)score));
        PreparationGolden.AssertClose(knots.GetProperty("values").Vector(), curve.Values.Select(value => (double)value));
        PreparationGolden.AssertClose(PreparationGolden.Calibration.GetProperty("isotonic").Vector(), At(curve));
    }

    [Fact]
    public void Weights_count_in_the_isotonic_curve() => PreparationGolden.AssertClose(
        PreparationGolden.Calibration.GetProperty("isotonicWeighted").Vector(), At(IsotonicCurve.Learn(Scores, Outcomes, Weights)));

    [Fact]
    public void The_sigmoid_has_slope_and_shift_of_scikit_learn()
    {
        var (slope, shift) = PlattCurve.Fit(PreparationGolden.Calibration.GetProperty("margins").Vector(), Outcomes, null);

        // Theirs is where BFGS stops, short of the optimum.
        var golden = PreparationGolden.Calibration.GetProperty("platt");
        Assert.Equal(golden.GetProperty("slope").GetDouble(), slope, 1e-4);
        Assert.Equal(golden.GetProperty("shift").GetDouble(), shift, 1e-4);
    }

    [Fact]
    public void Weights_count_in_the_sigmoid_as_rows_do()
    {
        var margins = PreparationGolden.Calibration.GetProperty("margins").Vector();
        int[] repeated = [.. Weights.SelectMany((weight, row) => Enumerable.Repeat(row, (int)weight))];

        var weighted = PlattCurve.Fit(margins, Outcomes, Weights);
        var rows = PlattCurve.Fit([.. repeated.Select(row => margins[row])], [.. repeated.Select(row => Outcomes[row])], null);

        Assert.Equal(rows.Slope, weighted.Slope, 1e-7);
        Assert.Equal(rows.Shift, weighted.Shift, 1e-7);
    }

    [Theory]
    [InlineData(new double[] { 0, 0, 1, 1 })]
    [InlineData(new double[] { 1, 1, 1, 1 })]
    public void A_sigmoid_of_outcomes_that_are_told_apart_stays_within_bounds(double[] outcomes)
    {
        var curve = PlattCurve.Learn([0, 0.2f, 0.8f, 1], [1, 0.8f, 0.2f, 0], outcomes, null);

        Assert.All(Probes, probe => Assert.InRange(curve.At(probe, 1 - probe), 0.001f, 0.999f));
    }

    [Fact]
    public void An_isotonic_curve_never_falls_and_does_not_depend_on_the_order_of_rows()
    {
        var rows = Gen.Zip(Gen.Choose(0, 20), Gen.Choose(0, 1)).NonEmptyListOf().ToArbitrary();
        Check.QuickThrowOnFailure(Prop.ForAll(rows, pairs =>
        {
            var (scores, outcomes) = (pairs.Select(pair => pair.Item1 / 20f), pairs.Select(pair => (double)pair.Item2));
            var curve = IsotonicCurve.Learn([.. scores], [.. outcomes], null);
            var reversed = IsotonicCurve.Learn([.. scores.Reverse()], [.. outcomes.Reverse()], null);
            return curve.Values.SequenceEqual(curve.Values.Order())
                && curve.Scores.SequenceEqual(reversed.Scores) && curve.Values.SequenceEqual(reversed.Values);
        }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_graph_bends_every_probability_as_the_curve_does(bool isIsotonic)
    {
        ICalibrationCurve curve = isIsotonic
            ? IsotonicCurve.Learn(Scores, Outcomes, null)
            : PlattCurve.Learn(Scores, Array.ConvertAll(Scores, score => 1 - score), Outcomes, null);
        var graph = new GraphWriter("curve");
        var probability = graph.Input("p", ElementType.Float, Dimension.Rows, 1);
        var other = graph.Sub(graph.Constant([1f], 1), probability);
        graph.Output(curve.ToGraph(graph, probability, other), "q", ElementType.Float, Dimension.Rows, 1);
        float[] values =
            [.. Probes, .. Scores, .. Scores.Select(MathF.BitIncrement), .. Scores.Select(MathF.BitDecrement), 1e-9f, 1 - 1e-7f];
        using var run = new GraphRun(graph.ToBytes()).With("p", values, values.Length, 1);

        var bent = run.Floats("q");

        PreparationGolden.AssertClose(
            values.Select(value => (double)curve.At(value, 1 - value)), bent.Select(value => (double)value), isIsotonic ? 0 : 1e-6);
    }

    private static IEnumerable<double> At(IsotonicCurve curve) => Probes.Select(probe => (double)curve.At(probe, 1 - probe));

    private static float[] Floats(string name) =>
        [.. PreparationGolden.Calibration.GetProperty(name).Vector().Select(value => (float)value)];
}
