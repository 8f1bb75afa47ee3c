using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A trained classifier whose probabilities other nodes of its graph can go on with.</summary>
internal interface IProbabilityGraph : ITrainedModel
{
    /// <summary>Adds everything up to the probabilities: float [rows, classes].</summary>
    GraphValue Probabilities(ModelGraph graph);
}
