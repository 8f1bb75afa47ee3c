using Mlops.Learning;
using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>What trains in this process.</summary>
internal static class LearningEnvironment
{
    /// <param name="threads">How many threads the learner is given.</param>
    public static TrainingEnvironment Here(int threads) => TrainingEnvironment.Here(
        threads,
        [KeyValuePair.Create("Microsoft.ML.OnnxRuntime", OnnxRuntimeVersion.Current)],
        [typeof(TrainingEnvironment).Assembly, typeof(LearnerCatalog).Assembly, typeof(OnnxRuntimeVersion).Assembly]);
}
