using System.Globalization;
using System.Text.Json;
using Mlops.Training;

// Searches the six functions of Problem.cs and times suggestions; writes one JSON document for compare.py, which does the same with
// Optuna. usage: Search.Benchmarks [SEEDS [TRIALS]]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var seeds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20;
var trials = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100;
var samplers = new Dictionary<string, SamplerSpec>
{
    ["tpe"] = new(),
    ["tpe-multivariate"] = new(Multivariate: true),
    ["sobol"] = new(SamplerKind.Sobol),
    ["random"] = new(SamplerKind.Random),
};
var curves = Problem.All.ToDictionary(problem => problem.Name, problem => samplers.ToDictionary(
    sampler => sampler.Key,
    sampler => Enumerable.Range(0, seeds).Select(seed => BestSoFar(problem, SearchStrategies.Sampler(sampler.Value), seed, trials)).ToList()));
var micros = new[] { "tpe", "tpe-multivariate" }.ToDictionary(
    sampler => sampler, sampler => new[] { 100, 1000 }.ToDictionary(
        observations => observations, observations => MicrosOfSuggestion(SearchStrategies.Sampler(samplers[sampler]), observations)));
Console.WriteLine(JsonSerializer.Serialize(new { curves, micros }));

static double[] BestSoFar(Problem problem, ISampler sampler, int seed, int count)
{
    var (ended, best, curve) = (new List<Trial>(), double.PositiveInfinity, new double[count]);
    for (var number = 0; number < count; number++)
    {
        var values = sampler.Suggest(new StudyView(problem.Space, [false], seed, ended), number);
        var value = problem.Value(values);
        ended.Add(new Trial(number, TrialState.Complete, values, [value]));
        curve[number] = best = Math.Min(best, value);
    }

    return curve;
}

static double MicrosOfSuggestion(ISampler sampler, int observations)
{
    var problem = Problem.All[0];
    var random = new RandomSampler();
    var study = new StudyView(problem.Space, [false], 1, [.. Enumerable.Range(0, observations).Select(number =>
    {
        var values = random.Suggest(new StudyView(problem.Space, [false], 1, []), number);
        return new Trial(number, TrialState.Complete, values, [problem.Value(values)]);
    })]);
    const int Repeats = 200;
    var times = new List<double>();
    for (var round = 0; round < 15; round++)
    {
        var before = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Repeats; i++)
        {
            sampler.Suggest(study, observations + i);
        }

        times.Add((Environment.CpuUsage.TotalTime - before).TotalMicroseconds / Repeats);
    }

    // The first rounds run code that is not yet optimised.
    return times[5..].Order().ElementAt(5);
}
