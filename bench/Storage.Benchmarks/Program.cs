using System.Globalization;
using Mlops;
using Mlops.Storage;

// Measures the storage adapter in a new folder under the first argument (the system's temporary folder without one), since what
// counts is the disk it will use, and prints a table in Markdown.
var folder = Path.Combine(args.Length > 0 ? args[0] : Path.GetTempPath(), "storage-benchmark-" + IdSource.Random.NewId());
try
{
    using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
    Console.WriteLine("| what | callers | per second | median | p99 |");
    Console.WriteLine("|---|--:|--:|--:|--:|");
    foreach (var load in StorageLoads.All(storage))
    {
        var result = await load.RunAsync(TimeSpan.FromSeconds(3), CancellationToken.None);
        var (median, slow) = (result.Median.TotalMilliseconds, result.Slow.TotalMilliseconds);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {load.Name} | {load.Callers} | {result.PerSecond:N0} | {median:F3} ms | {slow:F3} ms |"));
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}
