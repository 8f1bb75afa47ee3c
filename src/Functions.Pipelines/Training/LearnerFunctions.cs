using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.Http;
using Mlops.Learning;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Pipelines.Training;

/// <summary>A learner that a training spec can name, and what can be set about it.</summary>
/// <param name="Unavailable">Why it cannot be used on this machine; null if it can.</param>
public sealed record LearnerView(
    string Name, IReadOnlyList<TaskType> Tasks, IReadOnlyList<Hyperparameter> Hyperparameters, string? Unavailable = null)
{
    internal static LearnerView Of(ILearner learner) =>
        new(learner.Name, learner.Tasks, learner.Hyperparameters, learner.Unavailable);
}

/// <summary>What can be trained with.</summary>
public sealed class LearnerFunctions(LearnerCatalog learners)
{
    /// <summary>Every learner, by name.</summary>
    [Function("ListLearners")]
    public Ok<Page<LearnerView>> List(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/v1/learners")] HttpRequest request) =>
        TypedResults.Ok(new Page<LearnerView>([.. learners.All.Select(LearnerView.Of)], null));
}
