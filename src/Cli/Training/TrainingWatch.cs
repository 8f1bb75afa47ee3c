using System.Text.Json.Nodes;
using Mlops.Cli.Studies;

namespace Mlops.Cli.Training;

/// <summary>Follows a training, and the trials of its search where it has one.</summary>
internal static class TrainingWatch
{
    /// <param name="screen">Shown what happens; null to be silent.</param>
    /// <returns>The training's last state.</returns>
    public static async Task<JsonNode> ToEndAsync(
        PlatformClient client, string training, TrainingScreen? screen, CancellationToken cancellationToken)
    {
        JsonNode? last = null;
        if (screen is null)
        {
            await foreach (var state in client.FollowAsync(training, cancellationToken))
            {
                last = state;
            }
        }
        else
        {
            await screen.RunAsync(async show =>
            {
                var trials = new TrialFeed(client, training);
                await foreach (var state in client.FollowAsync(training, cancellationToken))
                {
                    last = state;
                    show(state, await trials.RefreshAsync(state, cancellationToken));
                }
            });
        }

        return last ?? throw new CheckFailedException($"Training {training} told nothing of itself.");
    }
}
