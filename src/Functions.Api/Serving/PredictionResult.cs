using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Api.Serving;

/// <summary>Scores as an answer, written straight to the response.</summary>
/// <param name="rented">Scores in pooled memory, given back when the answer is written.</param>
/// <param name="count">How many of them there are.</param>
internal sealed class PredictionResult(ModelVersion version, PredictionResponseWriter writer, float[] rented, int count) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers["x-model"] = version.Model.Value;
        response.Headers["x-model-version"] = version.Number.ToString(CultureInfo.InvariantCulture);
        writer.Write(response.BodyWriter, rented.AsSpan(0, count));
        ArrayPool<float>.Shared.Return(rented);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
