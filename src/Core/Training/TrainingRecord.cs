using System.Runtime.InteropServices;

namespace Mlops.Training;

/// <summary>All that is needed to train the same model again: kept with the version.</summary>
/// <param name="Learner">What learned, with the settings that were found where the spec left them open.</param>
/// <param name="DatasetSha256">Of the CSV's bytes.</param>
/// <param name="ModelSha256">Of <c>model.onnx</c>; training again from this record must give it.</param>
/// <param name="CodeVersion">The version of this product.</param>
/// <param name="Runtime">The .NET runtime that trained.</param>
/// <param name="Architecture">The processor architecture that trained.</param>
/// <param name="Threads">How many threads the learner was given; absent in records of earlier versions.</param>
/// <param name="Packages">What took part in learning and scoring, versions by name; absent in records of earlier versions.</param>
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
    string Architecture,
    int? Threads = null,
    IReadOnlyDictionary<string, string>? Packages = null)
{
    public static string CurrentCodeVersion { get; } = TrainingEnvironment.VersionOf(typeof(TrainingRecord).Assembly);

    public static string CurrentRuntime => RuntimeInformation.FrameworkDescription;

    public static string CurrentArchitecture => RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The spec that trains the same again without choosing anything: what was found is given, what was asked is not.</summary>
    public TrainingSpec Recipe() => Spec with
    {
        Learner = Learner,
        DatasetVersion = DatasetVersion,
        Search = null,
        Budget = null,
        Gates = null,
    };

    /// <summary>What differs where it is trained again; what the record does not know is left out.</summary>
    public IReadOnlyList<EnvironmentDifference> DifferencesFrom(TrainingEnvironment now) =>
        new TrainingEnvironment(CodeVersion, Runtime, Architecture, Threads ?? now.Threads, Packages ?? now.Packages).Differences(now);
}
