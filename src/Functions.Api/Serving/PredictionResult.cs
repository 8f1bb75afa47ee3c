using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Scores as an answer, written straight to the response.</summary>
/// <param name="answer">Disposed when it is written.</param>
internal sealed class PredictionResult(PredictionAnswer answer) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        using (answer)
        {
            SetHeaders(response, answer);

            // Nothing is sent before the flush, so what the writing finds out can still become headers.
            var form = answer.Write(response.BodyWriter);
            response.ContentType = form.ContentType;
            if (form.HeaderLength is { } length)
            {
                response.Headers["Inference-Header-Content-Length"] = length.ToString(CultureInfo.InvariantCulture);
            }
        }

        if (response.BodyWriter.CanGetUnflushedBytes)
        {
            // In chunks, the last one, which is empty, would be sent on its own.
            response.ContentLength = response.BodyWriter.UnflushedBytes;
        }

        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }

    /// <summary>Says what answered, and the id for feedback.</summary>
    public static void SetHeaders(HttpResponse response, PredictionAnswer answer)
    {
        var version = answer.Model.Version;
        response.Headers["x-model"] = version.Model.Value;
        response.Headers["x-model-version"] = version.Number.ToString(CultureInfo.InvariantCulture);
        response.Headers["x-mlops-arm"] = answer.Facts.Arm;
        response.Headers["x-prediction-id"] = answer.Facts.Id;
    }
}
