using System.Text;
using Mlops.Serving;

namespace Mlops.AbTesting;

/// <summary>What it costs to send a unit to its arm, and to look.</summary>
internal static class AssignmentCost
{
    private const int Repeats = 2_000_000;

    public static string Report()
    {
        var salt = new AssignmentSalt("checkout:1");
        string[] units = [.. Enumerable.Range(0, 1_024).Select(i => $"user-{i * 7919:D12}")];
        byte[][] bytes = [.. units.Select(unit => Encoding.UTF8.GetBytes(unit))];
        var (two, five) = (Arms(2), Arms(5));
        var mixture = new ProportionMixture(new(), 0.5);
        var (control, treatment) = (new ProportionSums(5_000, 500), new ProportionSums(5_000, 540));
        RewardSums[] beliefs = [new(1_000, 0.1, 90), new(1_000, 0.11, 98), new(1_000, 0.12, 105)];
        var look = (int _) => (int)ProportionTest.Compare([new(0.5, control, treatment)], new()).LogEValue;
        return $"""
            ## Cost

            Median of nine rounds, processor time of one thread. A unit is 17 characters.

            | what | ns | bytes allocated |
            |---|--:|--:|
            | `AssignmentSalt.Hash`, UTF-8 | {Time(i => (int)salt.Hash(bytes[i & 1023]))} |
            | `AssignmentSalt.Hash`, UTF-16 | {Time(i => (int)salt.Hash(units[i & 1023]))} |
            | `ArmWeights.Choose` by unit, two arms | {Time(i => two.Choose(salt, units[i & 1023]))} |
            | `ArmWeights.Choose` by unit, five arms | {Time(i => five.Choose(salt, units[i & 1023]))} |
            | `ProportionMixture.LogEValue` | {Time(i => (int)mixture.LogEValue(control, treatment), 100)} |
            | `ProportionTest.Compare`, with bounds | {Time(look, 100_000)} |
            | `BestArm.OfSuccesses`, three arms | {Time(i => (int)BestArm.OfSuccesses(beliefs)[0], 20_000)} |

            """;
    }

    private static ArmWeights Arms(int count) => new([.. Enumerable.Range(0, count).Select(arm => new ArmWeight($"arm{arm}", 1 + arm))]);

    private static string Time(Func<int, int> work, int fewer = 1)
    {
        var (times, repeats, sum) = (new List<double>(), Repeats / fewer, 0);
        var bytes = 0L;
        for (var round = 0; round < 9; round++)
        {
            var (before, bytesBefore) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
            for (var i = 0; i < repeats; i++)
            {
                sum += work(i);
            }

            times.Add((Environment.CpuUsage.TotalTime - before).TotalNanoseconds / repeats);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - bytesBefore) / repeats;
        }

        GC.KeepAlive(sum);
        return $"{times.Order().ElementAt(4):N0} | {bytes:N0}";
    }
}
