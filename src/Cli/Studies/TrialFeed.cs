using System.Text.Json.Nodes;

namespace Mlops.Cli.Studies;

/// <summary>The trials of a training's search, read again when their number or state has changed.</summary>
internal sealed class TrialFeed(PlatformClient client, string training)
{
    private const int PageSize = 1_000;

    private string _counts = "";
    private IReadOnlyList<JsonNode> _trials = [];

    /// <param name="state">The training as it stands.</param>
    /// <returns>All trials by number; empty if the training searches nothing.</returns>
    public async Task<IReadOnlyList<JsonNode>> RefreshAsync(JsonNode state, CancellationToken cancellationToken)
    {
        var counts = state["study"]?["counts"]?.ToJsonString() ?? "";
        if (counts != _counts)
        {
            (_counts, _trials) = (counts, await ReadAsync(cancellationToken));
        }

        return _trials;
    }

    public async Task<IReadOnlyList<JsonNode>> ReadAsync(CancellationToken cancellationToken)
    {
        var trials = new List<JsonNode>();
        var path = $"/api/v1/training/{Uri.EscapeDataString(training)}/study/trials?limit={PageSize}";
        string? continuation = null;
        do
        {
            var more = continuation is null ? path : $"{path}&continuation={Uri.EscapeDataString(continuation)}";
            var page = await client.GetAsync(more, cancellationToken);
            trials.AddRange(page["items"]!.AsArray().Select(trial => trial!));
            continuation = page["continuation"]?.GetValue<string>();
        }
        while (continuation is not null);

        return trials;
    }
}
