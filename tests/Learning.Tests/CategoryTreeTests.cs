using System.Text;
using Mlops.Onnx;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

public sealed class CategoryTreeTests
{
    public static TheoryData<string, int> Learners() => new()
    {
        { "gradient-boosting", 40 },
        { "gradient-boosting", 400 },
        { "random-forest", 40 },
        { "random-forest", 400 },
        { "extra-trees", 400 },
    };

    [Fact]
    public void One_split_parts_categories_in_any_two_groups()
    {
        // 40 categories, of which every third has the higher target: no cut of their order by frequency would do.
        var data = Categories(4_000, 40, level => level % 3 is 0 ? 5 : 1);

        var model = new GradientBoosting().Train(data, ("rounds", 1), ("learningRate", 1), ("maxLeaves", 2), ("categorySmoothing", 1));

        Assert.Equal(data.Target, model.Predict(data.Features), (left, right) => Math.Abs(left - right) < 1e-4);
        Exported.AgreesWithItself(model, data);
    }

    [Theory]
    [MemberData(nameof(Learners))]
    public void Every_category_takes_the_same_way_in_the_graph(string name, int levels)
    {
        // Over 255 levels the rarest share a bin; unseen and missing ones are none of them.
        var data = Categories(6_000, levels, level => Math.Sin(level));
        var learner = Make.Learner(name);
        (string, double)[] changed = learner is GradientBoosting ? [("rounds", 20)] : [("trees", 10)];

        var model = learner.Train(data, changed);

        Exported.AgreesWithItself(model, data);
        var strange = Categories(50, 60, _ => 0, prefix: "new");
        Exported.AgreesWithItself(model, strange, batch: 1);
    }

    [PythonOnnxFact]
    public void The_reference_checker_accepts_splits_by_categories() =>
        PythonOnnx.CheckModel(new GradientBoosting().Train(Categories(2_000, 40, level => level % 3), ("rounds", 3)).ToOnnx());

    [Fact]
    public void The_graph_says_which_feature_each_encoded_column_is_of()
    {
        var info = OnnxGraphInfo.Read(new GradientBoosting().Train(Make.Mixed(300, TaskType.Binary, 2), ("rounds", 2)).ToOnnx());

        // The numbers first, then the ranks of "many", then a column per level of "few" (the missing one among them).
        Assert.Equal("[0,2,3,1,1,1,1,1,1]", info.Metadata["origins"]);
    }

    [Theory]
    [InlineData("gradient-boosting")]
    [InlineData("random-forest")]
    public void The_graph_has_what_an_explainer_needs_by_name(string name)
    {
        var text = Encoding.Latin1.GetString(Make.Learner(name).Train(Make.Mixed(100, TaskType.Regression, 0)).ToOnnx());

        Assert.Contains("encoded", text);
        Assert.Contains("nodes_hitrates", text);
    }

    private static TrainingData Categories(int rows, int levels, Func<int, double> target, string prefix = "level")
    {
        var random = new DeterministicRandom(3);
        int[] codes = [.. Enumerable.Range(0, rows).Select(_ => (int)(levels * Math.Pow(random.NextDouble(), 1.5)))];
        return Make.Regression(
            Array.ConvertAll(codes, code => target(code)),
            Make.Strings("category", Array.ConvertAll(codes, code => code is 7 ? null : $"{prefix} {code}")),
            Make.Numbers("noise", [.. codes.Select(_ => random.NextGaussian())]));
    }
}
