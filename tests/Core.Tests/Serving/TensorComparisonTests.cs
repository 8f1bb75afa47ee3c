using System.Runtime.InteropServices;
using Mlops.Registry;

namespace Mlops.Serving;

public sealed class TensorComparisonTests
{
    [Theory]
    [InlineData(0.5f, true)]
    [InlineData(0.4f, false)]
    public void Numbers_agree_that_differ_by_no_more_than_the_tolerance(float tolerance, bool agrees) =>
        Assert.Equal((agrees, 0.5), TensorComparison.Compare([Floats("a", 1, 2), Floats("b", 3)], [Floats("a", 1, 2.5f), Floats("b", 3)], tolerance));

    [Theory]
    [InlineData(float.NaN, float.NaN, true)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity, false)]
    [InlineData(float.NaN, 1, false)]
    public void What_is_no_finite_number_must_be_the_same_and_has_no_difference(float left, float right, bool agrees) =>
        Assert.Equal((agrees, 0.25), TensorComparison.Compare([Floats("a", left, 1)], [Floats("a", right, 1.25f)], 1));

    [Fact]
    public void Whole_numbers_are_compared_as_numbers() => Assert.Equal(
        (false, 256.0), TensorComparison.Compare([Longs(1, 2)], [Longs(1, 258)], 1));

    [Fact]
    public void Strings_agree_if_they_are_the_same()
    {
        Assert.Equal((true, 0.0), TensorComparison.Compare([Texts("x", "y")], [Texts("x", "y")], 0));
        Assert.Equal((false, 0.0), TensorComparison.Compare([Texts("x", "y")], [Texts("x", "z")], 0));
    }

    [Fact]
    public void Tensors_of_other_forms_cannot_be_compared()
    {
        Assert.Null(TensorComparison.Compare([Floats("a", 1)], [], 0));
        Assert.Null(TensorComparison.Compare([Floats("a", 1)], [Floats("b", 1)], 0));
        Assert.Null(TensorComparison.Compare([Floats("a", 1)], [Floats("a", 1, 2)], 0));
        Assert.Null(TensorComparison.Compare([Floats("a", 1)], [Longs(1)], 0));
    }

    private static NamedTensor Floats(string name, params float[] numbers) =>
        new(name, TensorType.Float32, [numbers.Length], MemoryMarshal.AsBytes<float>(numbers).ToArray());

    private static NamedTensor Longs(params long[] numbers) =>
        new("a", TensorType.Int64, [numbers.Length], MemoryMarshal.AsBytes<long>(numbers).ToArray());

    private static NamedTensor Texts(params string[] texts) => new("a", TensorType.String, [texts.Length], default, texts);
}
