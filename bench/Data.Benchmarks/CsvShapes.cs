using System.Globalization;
using System.Text;

namespace Mlops.Data;

/// <summary>Made-up files that are hard in different ways. The same length gives the same bytes.</summary>
internal static class CsvShapes
{
    public static readonly IReadOnlyList<(string Name, Func<DeterministicRandom, string> Row, string Header)> All =
    [
        ("doubles", Doubles, Names(20)),
        ("decimals", Decimals, Names(20)),
        ("integers", Integers, Names(20)),
        ("mixed", Mixed, "id,amount,paid,country,note,at,score,age"),
    ];

    /// <summary>Writes a file of about <paramref name="bytes"/> bytes.</summary>
    public static void Write(string path, string header, Func<DeterministicRandom, string> row, long bytes)
    {
        var random = new DeterministicRandom(1);
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        writer.WriteLine(header);

        // Blocks of rows repeat, as making the text takes longer than reading it.
        var block = string.Join('\n', Enumerable.Range(0, 20_000).Select(_ => row(random)));
        for (var written = 0L; written < bytes; written += block.Length)
        {
            writer.WriteLine(block);
        }
    }

    private static string Names(int count) => string.Join(',', Enumerable.Range(1, count).Select(i => $"feature_{i}"));

    /// <summary>Numbers with all their digits, as pandas writes what was computed.</summary>
    private static string Doubles(DeterministicRandom random) => Row(20, () => random.NextGaussian().ToString(CultureInfo.InvariantCulture));

    /// <summary>Numbers with few digits, as they are measured.</summary>
    private static string Decimals(DeterministicRandom random) =>
        Row(20, () => (100 * random.NextGaussian()).ToString("F2", CultureInfo.InvariantCulture));

    private static string Integers(DeterministicRandom random) => Row(20, () => random.NextInt(100_000).ToString(CultureInfo.InvariantCulture));

    private static string Mixed(DeterministicRandom random)
    {
        string[] countries = ["Germany", "France", "Côte d'Ivoire", "\"Korea, Republic of\"", "Brazil", "", "Norway"];
        return string.Join(
            ',',
            random.NextInt(10_000_000),
            (random.NextDouble() * 1_000).ToString("F2", CultureInfo.InvariantCulture),
            random.NextInt(2) is 0 ? "true" : "false",
            countries[random.NextInt(countries.Length)],
            $"\"Order {random.NextInt(100_000)} said \"\"fine\"\"\"",
            $"2026-{1 + random.NextInt(12):D2}-{1 + random.NextInt(28):D2}T{random.NextInt(24):D2}:{random.NextInt(60):D2}:00Z",
            random.NextInt(10) is 0 ? "NA" : random.NextGaussian().ToString("G6", CultureInfo.InvariantCulture),
            18 + random.NextInt(70));
    }

    private static string Row(int count, Func<string> value) => string.Join(',', Enumerable.Range(0, count).Select(_ => value()));
}
