using System.Diagnostics;

namespace Mlops;

/// <summary>Waits for what happens in its own time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Asks until the answer is yes, and fails the test if that takes a minute.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, CancellationToken cancellationToken = default)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, "It did not come true within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken = default) =>
        TrueAsync(() => Task.FromResult(condition()), cancellationToken);
}
