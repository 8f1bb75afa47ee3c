namespace Mlops.Training;

/// <summary>Samplers and pruners by their specs.</summary>
public static class SearchStrategies
{
    public static ISampler Sampler(SamplerSpec? spec) => new RandomSampler();

    public static IPruner Pruner(PrunerSpec? spec) => new NopPruner();
}
