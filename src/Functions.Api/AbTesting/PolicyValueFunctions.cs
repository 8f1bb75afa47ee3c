using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Mlops.AbTesting;
using Mlops.Api.Serving;
using Mlops.Http;
using Mlops.Serving;

namespace Mlops.Api.AbTesting;

/// <summary>A policy to estimate, and from which predictions.</summary>
/// <param name="Arm">The arm that the policy always plays; this or shares.</param>
/// <param name="Shares">By arm, from 0; taken over their sum.</param>
/// <param name="From">ISO 8601, inclusive; a day before the end if absent.</param>
/// <param name="To">Exclusive; now if absent.</param>
/// <param name="GreatestWeight">Where weights are cut: less variance for some bias; not at all if absent.</param>
/// <param name="Confidence">Of the intervals; 0.95 if absent.</param>
public sealed record PolicyQuestion(
    string? Arm = null,
    IReadOnlyDictionary<string, double>? Shares = null,
    string? From = null,
    string? To = null,
    double? GreatestWeight = null,
    double? Confidence = null);

/// <summary>What other policies would have earned on an endpoint's logged predictions.</summary>
public sealed class PolicyValueFunctions(
    EndpointStore endpoints, PredictionLogReader log, LoggedPolicyValue values, TimeProvider time)
{
    private const double MostShare = 1e9;

    [Function("EstimatePolicy")]
    public async Task<Results<Ok<PolicyValueReport>, ProblemHttpResult>> EstimateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/v1/endpoints/{name}/policy-value")] HttpRequest request,
        string name,
        CancellationToken cancellationToken)
    {
        var (tenant, endpoint) = (request.Caller().Tenant, EndpointRequests.Name(name));
        var asked = await Incoming.BodyAsync<PolicyQuestion>(request, cancellationToken);
        var shares = Shares(asked);
        var range = LogRanges.Read(asked.From, asked.To, time.GetUtcNow());
        if (await endpoints.FindAsync(tenant, endpoint, cancellationToken) is null
            && !await log.HasAnyAsync(tenant, endpoint, cancellationToken))
        {
            return Problems.NotFound(EndpointRequests.NoEndpoint(name));
        }

        return TypedResults.Ok(await values.EstimateAsync(
            tenant, endpoint, range, shares, asked.GreatestWeight, asked.Confidence ?? 0.95, cancellationToken));
    }

    private static Dictionary<string, double> Shares(PolicyQuestion asked)
    {
        var errors = new List<FieldError>();
        Require((asked.Arm is null) != (asked.Shares is null), "arm", "expected either 'arm' or 'shares', and not both");
        Require(asked.Arm is not "", "arm", "expected the name of an arm");
        var shares = asked.Shares ?? new Dictionary<string, double>();
        Require(shares.Count <= ArmWeights.MaxArms, "shares", $"expected at most {ArmWeights.MaxArms} arms, found {shares.Count}");
        foreach (var (arm, share) in shares.Take(ArmWeights.MaxArms))
        {
            Require(share is >= 0 and <= MostShare, $"shares.{arm}", "expected a number from 0");
        }

        Require(asked.Shares is null || shares.Values.Any(share => share > 0), "shares", "expected at least one share above 0");
        Require(
            asked.GreatestWeight is null || (asked.GreatestWeight > 0 && double.IsFinite(asked.GreatestWeight.Value)),
            "greatestWeight", "expected a number above 0");
        Require(asked.Confidence is null or (> 0 and < 1), "confidence", "expected a number above 0 and below 1");
        return errors.Count > 0
            ? throw new ProblemException(StatusCodes.Status400BadRequest, "The policy cannot be estimated so. See errors.", errors)
            : asked.Arm is { } always
                ? new(StringComparer.Ordinal) { [always] = 1 }
                : new(shares, StringComparer.Ordinal);

        void Require(bool holds, string field, string expected)
        {
            if (!holds)
            {
                errors.Add(new FieldError(field, expected));
            }
        }
    }
}
