using System.Globalization;
using Mlops.Data;

// Measures how fast CSV goes in. Writes the files of CsvShapes into the folder of the first argument, of as many MB as the second
// says, leaves them there for read_csv.py, and prints a table in Markdown. With "expectations" as first argument, how fast twenty
// expectations are evaluated on a table of as many rows as the third says, which is left for check_expectations.py.
if (args is ["expectations", var place, ..])
{
    await ExpectationPass.RunAsync(place, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000);
    return 0;
}

if (args is not [var folder, ..])
{
    Console.Error.WriteLine("usage: Data.Benchmarks <folder> [MB] | expectations <folder> [rows]");
    return 2;
}

var megabytes = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
Directory.CreateDirectory(folder);
Console.WriteLine("MB/s by the clock (MB per second of processor time)");
Console.WriteLine();
Console.WriteLine("| file | rows found | types and statistics | stored (+ SHA-256, SQLite) | read into memory |");
Console.WriteLine("|---|--:|--:|--:|--:|");
foreach (var (name, row, header) in CsvShapes.All)
{
    var path = Path.Combine(folder, name + ".csv");
    CsvShapes.Write(path, header, row, megabytes * 1_000_000L);
    var rows = await Pace.OfAsync(path, () => CsvPasses.ReadAsync(path, new NoSink()));
    var profile = await Pace.OfAsync(path, () => CsvPasses.ReadAsync(path, new DatasetProfiler()));
    using var passes = new CsvPasses(folder);
    var stored = await Pace.OfAsync(path, () => passes.StoreAsync(path));
    var frame = await Pace.OfAsync(path, passes.ReadFrameAsync);
    Console.WriteLine($"| {name} | {rows} | {profile} | {stored} | {frame} |");
}

return 0;
