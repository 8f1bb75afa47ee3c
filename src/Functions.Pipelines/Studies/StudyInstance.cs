using Mlops.Pipelines.Training;

namespace Mlops.Pipelines.Studies;

/// <summary>The orchestration of a training's study; not under the trainings' prefix, for it is not one.</summary>
internal static class StudyInstance
{
    public static string Of(TrainingRequest request) => $"{request.Tenant}.study.{request.Id}";
}
