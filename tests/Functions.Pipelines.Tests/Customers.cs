using System.Globalization;
using System.Text;
using Mlops.Training;

namespace Mlops.Pipelines;

/// <summary>400 customers who leave the more surely the older they are, most of all on the basic plan.</summary>
internal static class Customers
{
    public static async Task<PipelineOnDisk> PipelineAsync(ILearner? own = null)
    {
        var random = new DeterministicRandom(1);
        var csv = new StringBuilder("age,plan,noise,left,same\n");
        for (var i = 0; i < 400; i++)
        {
            var age = 18 + random.NextInt(60);
            var plan = random.NextInt(2) is 0 ? "basic" : "full";
            var leaves = age + (plan is "basic" ? 15 : 0) + random.NextInt(20) > 60;
            csv.Append(CultureInfo.InvariantCulture, $"{age},{plan},{random.NextDouble():R},{(leaves ? "yes" : "no")},x\n");
        }

        var pipeline = new PipelineOnDisk(own);
        await pipeline.UploadAsync("customers", new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString())));
        return pipeline;
    }
}
