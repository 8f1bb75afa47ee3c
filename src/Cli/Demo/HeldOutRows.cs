using System.Globalization;
using System.Text.Json.Nodes;

namespace Mlops.Cli.Demo;

/// <summary>The rows that a training kept from its learner, with the truth: read from the client's own copy of the file.</summary>
internal sealed record HeldOutRows(IReadOnlyList<JsonObject> Records, IReadOnlyList<string> Truth)
{
    /// <param name="csvPath">A file of plain numbers and words, as the demonstration's are: no quotes, no commas in values.</param>
    /// <param name="rows">Which data rows, from 0.</param>
    public static HeldOutRows Read(string csvPath, string target, IEnumerable<int> rows)
    {
        var lines = File.ReadAllLines(csvPath);
        var names = lines[0].Split(',');
        var records = new List<JsonObject>();
        var truth = new List<string>();
        foreach (var row in rows)
        {
            var record = new JsonObject();
            foreach (var (name, value) in names.Zip(lines[row + 1].Split(',')))
            {
                if (name == target)
                {
                    truth.Add(value);
                }
                else
                {
                    record[name] = double.Parse(value, CultureInfo.InvariantCulture);
                }
            }

            records.Add(record);
        }

        return new HeldOutRows(records, truth);
    }
}
