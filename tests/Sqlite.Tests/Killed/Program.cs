using Mlops;
using Mlops.Storage;

// A process for the kill and race tests: `<task> <folder> <name>`. It says on its standard output what storage has acknowledged.
if (args is not [var task, var folder, var name])
{
    Console.Error.WriteLine("This assembly holds tests; run it with `dotnet test`.");
    return 2;
}

using var storage = SqliteStorage.Open(folder, TimeProvider.System, IdSource.Random);
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await (task switch
{
    "write" => EndlessWrites.RunAsync(storage, output, CancellationToken.None),
    "race" => RaceForTurns.RunAsync(storage, name, output, CancellationToken.None),
    _ => throw new ArgumentException($"There is no task '{task}'."),
});
return 0;
