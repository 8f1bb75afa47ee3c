namespace Mlops.Learning;

/// <summary>Some of the bins of a column, up to 256.</summary>
internal sealed class CategorySet
{
    private readonly ulong[] _bits = new ulong[4];

    public CategorySet(ReadOnlySpan<byte> bins)
    {
        foreach (var bin in bins)
        {
            _bits[bin >> 6] |= 1UL << (bin & 63);
        }
    }

    public bool Contains(int bin) => (_bits[bin >> 6] >> (bin & 63) & 1) is 1;
}
