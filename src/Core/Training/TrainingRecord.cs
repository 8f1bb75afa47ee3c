using System.Reflection;
using System.Runtime.InteropServices;

namespace Mlops.Training;

/// <summary>All that is needed to train the same model again: kept with the version.</summary>
/// <param name="Learner">What learned, with the settings that were found where the spec left them open.</param>
/// <param name="DatasetSha256">Of the CSV's bytes.</param>
/// <param name="ModelSha256">Of <c>model.onnx</c>; training again from this record must give it.</param>
/// <param name="CodeVersion">The version of this product.</param>
/// <param name="Runtime">The .NET runtime that trained.</param>
/// <param name="Architecture">The processor architecture that trained.</param>
public sealed record TrainingRecord(
    string TrainingId,
    TrainingSpec Spec,
    LearnerSpec Learner,
    string Dataset,
    int DatasetVersion,
    string DatasetSha256,
    string ModelSha256,
    IReadOnlyDictionary<string, double> LearnerFacts,
    IReadOnlyDictionary<string, double> Importance,
    string CodeVersion,
    string Runtime,
    string Architecture)
{
    public static string CurrentCodeVersion { get; } =
        typeof(TrainingRecord).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public static string CurrentRuntime => RuntimeInformation.FrameworkDescription;

    public static string CurrentArchitecture => RuntimeInformation.ProcessArchitecture.ToString();
}
