using FsCheck;
using FsCheck.Fluent;
using Mlops.Serving;

namespace Mlops.Onnx;

public class OnnxGraphInfoTests
{
    [Fact]
    public void It_tells_what_the_writer_wrote()
    {
        var info = OnnxGraphInfo.Read(EveryOperator.Graph().ToBytes());

        Assert.Equal(("mlops-functions", "1.2.3", "uses everything"), (info.ProducerName, info.ProducerVersion, info.Documentation));
        Assert.Equal(("every-operator", 8L), (info.GraphName, info.IrVersion));
        Assert.Equal(["'numeric' Float [rows, 3]", "'strings' String [rows, 1]"], info.Inputs.Select(input => input.ToString()));
        Assert.Equal(["label", "probabilities", "number"], info.Outputs.Select(output => output.Name));
        Assert.Equal(
            EveryOperator.Names.Order(StringComparer.Ordinal),
            info.Operators.Select(name => name.Split(':')[^1]).Order(StringComparer.Ordinal));
        Assert.Equal("grün", info.Metadata["colour"]);
        Assert.Equal((17L, 3L), (info.Opsets[string.Empty], info.Opsets[GraphWriter.LearningDomain]));
        Assert.Equal(["no", "yes"], info.ClassLabels);
        Assert.False(info.HasExternalData);
    }

    [Fact]
    public void It_sees_tensors_in_other_files() =>
        Assert.True(OnnxGraphInfo.Read(ExternalData.Declare(EveryOperator.Graph().ToBytes())).HasExternalData);

    [Fact]
    public void It_sees_tensors_in_other_files_through_graphs_in_nodes() =>
        Assert.True(OnnxGraphInfo.Read(ExternalData.DeclareInBranch(depth: 3)).HasExternalData);

    [Fact]
    public void Graphs_nested_without_end_are_refused() =>
        Assert.Throws<ModelLoadException>(() => OnnxGraphInfo.Read(ExternalData.DeclareInBranch(depth: 40)));

    [Fact]
    public void Every_truncation_of_a_model_is_refused_or_read()
    {
        var model = OwnModel.Mixed();

        var refused = Enumerable.Range(0, model.Length).Count(length => !IsRead(model.AsSpan(0, length)));

        // Cut between two fields of the model itself, the rest is still a model.
        Assert.InRange(refused, model.Length - 10, model.Length);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_read_but_never_anything_else()
    {
        var model = EveryOperator.Graph().ToBytes();
        var damage = ArbMap.Default.ArbFor<(int At, byte Value)>().Generator.ArrayOf().ToArbitrary();

        Prop.ForAll(damage, changes =>
        {
            var bytes = model.ToArray();
            foreach (var (at, value) in changes)
            {
                bytes[(at & int.MaxValue) % bytes.Length] = value;
            }

            IsRead(bytes);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_bytes_at_all_are_refused_or_read() => Prop.ForAll<byte[]>(bytes => { IsRead(bytes); }).QuickCheckThrowOnFailure();

    [Fact]
    public void Loading_damaged_models_never_ends_the_process()
    {
        var random = new Random(7);
        var (model, loader) = (OwnModel.Mixed(), new OnnxModelLoader(OnnxLimits.Default));
        for (var round = 0; round < 300; round++)
        {
            var bytes = model.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                loader.Load(bytes, OwnModel.MixedSignature).Dispose();
            }
            catch (ModelLoadException refused)
            {
                Assert.NotEmpty(refused.Message);
            }
        }
    }

    private static bool IsRead(ReadOnlySpan<byte> bytes)
    {
        try
        {
            OnnxGraphInfo.Read(bytes);
            return true;
        }
        catch (ModelLoadException)
        {
            return false;
        }
    }
}
