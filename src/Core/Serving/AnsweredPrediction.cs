using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>One answered request, as the prediction log and the metrics get it.</summary>
/// <param name="Id">Unique; callers get it in <c>x-prediction-id</c> and name it in feedback.</param>
/// <param name="At">When the request was read.</param>
/// <param name="Latency">From then until the answer was ready.</param>
/// <param name="Dialect">How it was asked: <c>native</c>, <c>v2</c>, <c>v1</c>, <c>mlflow</c> or <c>simple</c>.</param>
/// <param name="Arm">Which arm of the endpoint's policy answered.</param>
/// <param name="Propensity">The probability with which the policy chose that arm for this unit, in (0, 1].</param>
/// <param name="Revision">Which revision of the endpoint chose, from 1.</param>
/// <param name="Unit">What was assigned to the arm and stays there; absent if the request named none.</param>
/// <param name="RequestId">The caller's own id of the request, if it gave one.</param>
/// <param name="Inputs">The features as the model got them; valid until the call that gets them returns. None of a model that takes
/// tensors.</param>
/// <param name="Scores">Row-major [rows, <see cref="ModelSignature.OutputWidth"/>]; valid as long as the inputs.</param>
/// <param name="Tensors">What went in and out of a model that takes tensors: their names, types and lengths, without their elements.</param>
public readonly record struct AnsweredPrediction(
    string Id,
    DateTimeOffset At,
    TimeSpan Latency,
    TenantId Tenant,
    EndpointName Endpoint,
    string Dialect,
    ModelVersion Version,
    string Arm,
    double Propensity,
    int Revision,
    string? Unit,
    string? RequestId,
    FeatureBatch Inputs,
    ReadOnlyMemory<float> Scores,
    TensorSignature? Tensors = null)
{
    /// <summary>How many rows were predicted. Which length of a tensor counts rows only its model knows, so tensors are one.</summary>
    public int Rows => Tensors is null ? Inputs.Rows : 1;
}
