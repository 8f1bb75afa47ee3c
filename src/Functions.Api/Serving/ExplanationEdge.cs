using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Mlops.Explanations;
using Mlops.Http;
using Mlops.Registry;
using Mlops.Serving;
using Mlops.Storage;

namespace Mlops.Api.Serving;

/// <summary>Takes a request for explanations from HTTP to the explainer and back, the same way for every protocol.</summary>
public sealed class ExplanationEdge(ModelFiles files, IExplainerLoader explainers)
{
    private const int MaxRecords = 100;

    /// <summary>Sampling scores every coalition with every background row, for each record.</summary>
    private const int MaxSampled = 50_000;

    /// <param name="form">How the body has its records.</param>
    /// <exception cref="ProblemException">400 for what cannot be explained as asked, 409 for a version that cannot be.</exception>
    internal async Task<ExplanationView> ExplainAsync(
        TenantId tenant,
        ModelVersion version,
        PredictionBody body,
        RequestForm form,
        ExplanationOptions options,
        CancellationToken cancellationToken)
    {
        if (version.Signature.Tensors is not null)
        {
            throw Conflict(
                $"Version {version.Number} of '{version.Model}' takes tensors; what is explained is what single features add.");
        }

        switch (new PredictionRequestReader(version.Signature).Read(body.Bytes, form))
        {
            case PredictionReading.Accepted(var rows):
                using (rows)
                {
                    return await ExplainAsync(tenant, version, rows, options, cancellationToken);
                }

            case PredictionReading.Refused(var errors):
                throw new ProblemException(
                    StatusCodes.Status400BadRequest,
                    "The records are not what the model takes. See errors.",
                    [.. errors.Select(error => new FieldError(error.Path, error.Message))]);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<ExplanationView> ExplainAsync(
        TenantId tenant, ModelVersion version, FeatureRows rows, ExplanationOptions options, CancellationToken cancellationToken)
    {
        if (rows.Count > MaxRecords)
        {
            throw Wrong("records", $"expected at most {MaxRecords} records");
        }

        if (await BackgroundAsync(tenant, version, cancellationToken) is not { } background)
        {
            throw Conflict($"Version {version.Number} of '{version.Model}' was not trained here: it has no {BackgroundRows.File}.");
        }

        var onnx = await files.ReadOnnxAsync(tenant, version, cancellationToken);
        try
        {
            using var explainer = explainers.Load(onnx, version.Signature, background.Batch, options);
            if (explainer.Method is ExplanationMethod.KernelShap && (long)rows.Count * options.Budget > MaxSampled)
            {
                throw Wrong("budget", $"expected at most {MaxSampled / rows.Count} coalitions for {rows.Count} records");
            }

            return ExplanationView.Of(version, explainer, explainer.Explain(rows.Batch, cancellationToken));
        }
        catch (ExplanationException unfit)
        {
            throw Wrong("method", unfit.Message);
        }
    }

    private async Task<BackgroundRows?> BackgroundAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        await using var stream = await files.OpenReadAsync(tenant, version, BackgroundRows.File, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        using var content = new MemoryStream();
        await stream.CopyToAsync(content, cancellationToken);
        return Documents.Read<BackgroundRows>(content.ToArray());
    }

    private static ProblemException Wrong(string field, string message) =>
        new(StatusCodes.Status400BadRequest, new FieldError(field, message));

    private static ProblemException Conflict(string detail) => new(StatusCodes.Status409Conflict, detail, []);
}
