using System.Diagnostics;
using System.Globalization;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>The spans of a prediction: <c>predict</c> inside the caller's request, <c>score</c> inside that.</summary>
/// <remarks>
/// Where nobody listens each call gives null and costs a comparison. The span that is current becomes the parent, so <c>score</c> is
/// started in the flow of the request that waits for its rows, not on the thread that scores the rows of many.
/// </remarks>
public static class ServingTrace
{
    public const string SourceName = "Mlops.Serving";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins the answer to a request.</summary>
    public static Activity? StartPredict(TenantId tenant, EndpointName endpoint, string dialect)
    {
        if (!Source.HasListeners() || Source.StartActivity("predict") is not { } span)
        {
            return null;
        }

        return span
            .SetTag("mlops.tenant", tenant.Value)
            .SetTag("mlops.endpoint", endpoint.Value)
            .SetTag("mlops.dialect", dialect);
    }

    /// <summary>Begins the wait for a model's scores.</summary>
    /// <param name="rows">How many rows the request has.</param>
    public static Activity? StartScore(ModelVersion version, string arm, int rows)
    {
        if (!Source.HasListeners() || Source.StartActivity("score") is not { } span)
        {
            return null;
        }

        return Tell(span, version, arm, rows);
    }

    /// <summary>Says which version answers, which is known only once the request is routed.</summary>
    public static void Routed(this Activity? predict, ModelVersion version, string arm, int rows)
    {
        if (predict is { IsAllDataRequested: true })
        {
            Tell(predict, version, arm, rows);
        }
    }

    /// <summary>Says with how many others the rows were scored.</summary>
    /// <param name="requests">How many requests had rows in the batch.</param>
    /// <param name="rows">How many rows the batch had.</param>
    public static void Batched(this Activity? score, int requests, int rows)
    {
        if (score is { IsAllDataRequested: true })
        {
            score.SetTag("mlops.batch.requests", requests).SetTag("mlops.batch.rows", rows);
        }
    }

    /// <summary>Marks a span as failed; a caller's mistake is none of ours, so statuses below 500 leave it as it is.</summary>
    public static void Refused(this Activity? predict, int status)
    {
        if (predict is { IsAllDataRequested: true })
        {
            predict.SetTag("http.response.status_code", status);
            if (status >= 500)
            {
                predict.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    private static Activity Tell(Activity span, ModelVersion version, string arm, int rows) => span
        .SetTag("mlops.model", version.Model.Value)
        .SetTag("mlops.version", version.Number.ToString(CultureInfo.InvariantCulture))
        .SetTag("mlops.route", arm)
        .SetTag("mlops.rows", rows);
}
