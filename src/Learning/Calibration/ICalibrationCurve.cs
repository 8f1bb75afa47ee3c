using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>From a class's probability as a model has it to one that can be believed.</summary>
internal interface ICalibrationCurve
{
    /// <param name="probability">In single precision, as the graph has it.</param>
    /// <returns>From 0 to 1.</returns>
    float At(float probability);

    /// <param name="probability">Float [rows, 1], as is the result.</param>
    GraphValue ToGraph(GraphWriter graph, GraphValue probability);
}
