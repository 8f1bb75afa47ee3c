using Mlops.Explanations;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

public sealed class ExplainerTests
{
    private static readonly OnnxExplainerLoader Explainers = new(new OnnxModelLoader(OnnxLimits.Default), OnnxLimits.Default);

    private static readonly ExplanationOptions AsFits = new();

    [Fact]
    public void A_foreign_forest_is_explained_exactly_and_adds_up_to_its_probabilities()
    {
        var (rows, result, width) = Foreign.Case("forest");
        var signature = Foreign.Signature(TaskType.Binary, width, "0", "1");
        using var explainer = Explainers.Load(Foreign.Bytes("forest.onnx"), signature, rows, AsFits);

        var found = explainer.Explain(rows, default);

        Assert.Equal((ExplanationMethod.TreeShap, ExplanationScale.Probability), (explainer.Method, explainer.Scale));
        Assert.Equal(["1"], explainer.Outputs);
        Assert.All(found.Outputs.Index(), output => Assert.Equal(result[(output.Index * 2) + 1], output.Item, 1e-5));
        Assert.All(AddedUp(found).Zip(found.Outputs), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
    }

    [Fact]
    public void Exact_and_sampled_attributions_of_a_forest_point_the_same_way()
    {
        var (rows, _, width) = Foreign.Case("forest");
        var signature = Foreign.Signature(TaskType.Binary, width, "0", "1");
        using var exact = Explainers.Load(Foreign.Bytes("forest.onnx"), signature, rows, AsFits);
        using var sampled = Explainers.Load(
            Foreign.Bytes("forest.onnx"), signature, rows, new ExplanationOptions(ExplanationMethod.KernelShap));

        var (one, other) = (exact.Explain(rows, default).Values, sampled.Explain(rows, default).Values);

        Assert.True(Correlation(one, other) > 0.8, $"correlation {Correlation(one, other)}");
    }

    [Fact]
    public void A_weighted_sum_is_explained_by_weight_times_distance_from_the_mean()
    {
        var background = new FeatureBatch(2, new float[] { 1, 2, 3, float.NaN }, default);
        using var explainer = Explainers.Load(Line("[0,1]"), OwnModel.LineSignature, background, AsFits);

        var found = explainer.Explain(new FeatureBatch(1, new float[] { 5, float.NaN }, default), default);

        // Means after imputation: 2 and 11; 2·2 + 3·11 + 1 = 38.
        Assert.Equal((ExplanationMethod.LinearShap, ExplanationScale.Value), (explainer.Method, explainer.Scale));
        Assert.Equal([38.0], found.BaseValues);
        Assert.Equal([6.0, 27.0], found.Of(0, 0).ToArray());
        Assert.Equal([71.0], found.Outputs);
    }

    [Theory]
    [InlineData("[0]")]
    [InlineData("[0,2]")]
    [InlineData("nonsense")]
    public void A_model_whose_origins_make_no_sense_is_explained_by_sampling(string origins)
    {
        var background = new FeatureBatch(2, new float[] { 1, 2, 3, 4 }, default);
        using var explainer = Explainers.Load(Line(origins), OwnModel.LineSignature, background, AsFits);

        Assert.Equal(ExplanationMethod.KernelShap, explainer.Method);
        Assert.Throws<ExplanationException>(() => Explainers.Load(
            Line(origins), OwnModel.LineSignature, background, new ExplanationOptions(ExplanationMethod.LinearShap)));
    }

    [Fact]
    public void Strings_are_explained_too()
    {
        var background = new FeatureBatch(2, new float[] { 0, 0, 1, 0 }, new[] { "red", "", "", "round" });
        using var explainer = Explainers.Load(OwnModel.Mixed(), OwnModel.MixedSignature, background, AsFits);

        var found = explainer.Explain(new FeatureBatch(1, new float[] { 1, 1 }, new[] { "red", "round" }), default);

        Assert.Equal(ExplanationScale.Probability, explainer.Scale);
        Assert.Equal(["yes"], explainer.Outputs);
        Assert.Equal(found.Outputs[0], AddedUp(found)[0], 1e-9);
        Assert.True(found.Of(0, 0)[3] > found.Of(0, 0)[1], "round weighs more than red");
    }

    private static byte[] Line(string origins)
    {
        var graph = new GraphWriter("line");
        graph.Metadata[OnnxExplainerLoader.OriginsKey] = origins;
        var numeric = graph.Input(ModelSignature.NumericInput, ElementType.Float, Dimension.Rows, 2);
        var value = graph.LinearRegressor(graph.Imputer(numeric, [10, 20]), [2, 3], [1]);
        graph.Output(value, ModelSignature.PredictionOutput, ElementType.Float, Dimension.Rows, 1);
        return graph.ToBytes();
    }

    private static double[] AddedUp(Attributions found) => [.. found.Outputs.Select((_, index) =>
    {
        var (row, output) = (index / found.BaseValues.Length, index % found.BaseValues.Length);
        return found.BaseValues[output] + found.Of(row, output).ToArray().Sum();
    })];

    private static double Correlation(double[] one, double[] other) =>
        one.Zip(other).Sum(pair => pair.First * pair.Second) / Math.Sqrt(one.Sum(value => value * value) * other.Sum(value => value * value));
}
