using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mlops.Cli;

/// <summary>The platform refused a request, and said why.</summary>
internal sealed class RequestRefusedException : Exception
{
    private RequestRefusedException(int status, string message, IReadOnlyList<string> errors)
        : base(message) => (Status, Errors) = (status, errors);

    public int Status { get; }

    /// <summary>Whether what was sent is wrong, and sending it again will not help.</summary>
    public bool IsOurs => Status is >= 400 and < 500 and not (408 or 429);

    /// <summary>Each wrong field with what was expected there.</summary>
    public IReadOnlyList<string> Errors { get; }

    public static async Task<RequestRefusedException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        var status = (int)answer.StatusCode;
        if (Parse(text) is not JsonObject problem)
        {
            return new RequestRefusedException(status, $"{answer.RequestMessage?.RequestUri} answered {status}.", []);
        }

        var errors = (problem["errors"]?.AsArray() ?? []).Select(error => $"{error?["field"]}: {error?["message"]}");
        return new RequestRefusedException(status, $"{status}: {problem["detail"] ?? problem["title"]}", [.. errors]);
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
