namespace Mlops.Registry;

public class TensorCompatibilityTests
{
    private static readonly TensorSignature Old = new(
        [new("image", TensorType.UInt8, [-1, 3, 224, 224])],
        [new("scores", TensorType.Float32, [-1, 10]), new("embedding", TensorType.Float32, [-1, -1])]);

    public static TheoryData<string, bool, string> Changes => new()
    {
        { "none", false, "" },
        { "input type", true, "input 'image' was of uint8 and is of float32" },
        { "input wider", false, "input 'image' was of shape [-1, 3, 224, 224] and is of [-1, 3, -1, -1]" },
        { "input narrower", true, "input 'image' was of shape [-1, 3, 224, 224] and is of [1, 3, 224, 224]" },
        { "input rank", true, "input 'image' was of shape [-1, 3, 224, 224] and is of [3, 224, 224]" },
        { "input gone", true, "input 'image' is gone; input 'picture' is new" },
        { "output gone", true, "output 'embedding' is gone" },
        { "output new", false, "output 'mask' is new" },
        { "output narrower", false, "output 'embedding' was of shape [-1, -1] and is of [-1, 64]" },
        { "output wider", true, "output 'scores' was of shape [-1, 10] and is of [-1, -1]" },
        { "table", true, "the task was tensors and is regression" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_of_tensors_breaks_callers_or_does_not(string change, bool breaks, string why)
    {
        var (image, scores, embedding) = (Old.Inputs[0], Old.Outputs[0], Old.Outputs[1]);
        var candidate = ModelSignature.Of(change switch
        {
            "input type" => Old with { Inputs = [image with { Type = TensorType.Float32 }] },
            "input wider" => Old with { Inputs = [image with { Shape = [-1, 3, -1, -1] }] },
            "input narrower" => Old with { Inputs = [image with { Shape = [1, 3, 224, 224] }] },
            "input rank" => Old with { Inputs = [image with { Shape = [3, 224, 224] }] },
            "input gone" => Old with { Inputs = [image with { Name = "picture" }] },
            "output gone" => Old with { Outputs = [scores] },
            "output new" => Old with { Outputs = [scores, embedding, new("mask", TensorType.Bool, [-1])] },
            "output narrower" => Old with { Outputs = [scores, embedding with { Shape = [-1, 64] }] },
            "output wider" => Old with { Outputs = [scores with { Shape = [-1, -1] }, embedding] },
            _ => new TensorSignature([.. Old.Inputs], [.. Old.Outputs]),
        });
        if (change is "table")
        {
            candidate = new ModelSignature([], "y", TaskType.Regression, []);
        }

        var comparison = SignatureCompatibility.Compare(4, ModelSignature.Of(Old), candidate);

        Assert.Equal((4, breaks), (comparison.Version, comparison.Breaking));
        Assert.Equal(why, string.Join("; ", comparison.Changes.Select(found => found.What)));
    }
}
