using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>Looks into ONNX models made elsewhere: loads them as serving does, and reads from the graph what is not said of them.</summary>
internal sealed class OnnxModelInspector(OnnxModelLoader loader, OnnxLimits limits) : IModelInspector
{
    public InspectionOutcome Inspect(ReadOnlyMemory<byte> onnx, ModelClaims claims)
    {
        try
        {
            var graph = ModelAdmission.Admit(onnx, limits);
            return claims.IsTabular ? InspectTable(onnx, graph, claims) : InspectTensors(onnx, graph, claims);
        }
        catch (ModelLoadException refused)
        {
            return new InspectionOutcome.Refused([new ClaimFault("model", refused.Message)]);
        }
    }

    private InspectionOutcome InspectTable(ReadOnlyMemory<byte> onnx, OnnxGraphInfo graph, ModelClaims claims)
    {
        var faults = new List<ClaimFault>();
        if (TabularSignature.Infer(graph, claims, faults) is not { } signature)
        {
            return new InspectionOutcome.Refused(faults);
        }

        using var scorer = loader.Load(onnx, signature);
        return new InspectionOutcome.Fits(signature, Origin(graph), TakesZeros: true);
    }

    private InspectionOutcome InspectTensors(ReadOnlyMemory<byte> onnx, OnnxGraphInfo graph, ModelClaims claims)
    {
        if (claims.Tensors is { } given)
        {
            var misfits = TensorBinding.Misfits(graph, given);
            if (misfits.Count > 0)
            {
                return new InspectionOutcome.Refused(
                    [.. misfits.Select(misfit => new ClaimFault($"tensors.{misfit.Field}", misfit.Reason))]);
            }
        }

        using var scorer = loader.LoadTensors(onnx, graph, claims.Tensors);
        return new InspectionOutcome.Fits(ModelSignature.Of(scorer.Signature), Origin(graph), scorer.TakesZeros);
    }

    private static ModelOrigin Origin(OnnxGraphInfo graph) => new(
        $"{graph.ProducerName} {graph.ProducerVersion}".Trim(), graph.IrVersion, graph.Opsets, graph.Operators);
}
