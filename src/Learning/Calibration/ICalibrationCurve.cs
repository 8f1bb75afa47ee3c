using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>From a class's probability as a model has it to one that can be believed.</summary>
internal interface ICalibrationCurve
{
    /// <param name="probability">In single precision, as the graph has it.</param>
    /// <param name="other">That of all other classes together: next to certainty it says more than what is missing to 1.</param>
    /// <returns>From 0 to 1.</returns>
    float At(float probability, float other);

    /// <param name="probability">Float [rows, 1], as are <paramref name="other"/> and the result.</param>
    GraphValue ToGraph(GraphWriter graph, GraphValue probability, GraphValue other);
}
