namespace Mlops.Training;

/// <summary>The chance of one trial: it follows from the study's seed and the trial's number, not from what was drawn before.</summary>
internal static class TrialChance
{
    // Odd, and not the increment of SplitMix64, so that the streams of neighbours do not overlap.
    private const ulong Spread = 0xD1342543DE82EF95;

    public static DeterministicRandom Of(long seed, int number) =>
        new(unchecked((long)(new DeterministicRandom(seed).NextUInt64() + ((ulong)number * Spread))));
}
