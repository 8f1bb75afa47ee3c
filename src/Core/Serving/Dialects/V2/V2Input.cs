using System.Globalization;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What a request says of one input besides its data; one object serves all inputs of a request, one after the other.</summary>
internal sealed class V2Input
{
    public const int MaxRank = 16;

    private readonly long[] _shape = new long[MaxRank];

    /// <summary>Its place in the request.</summary>
    public int Index { get; private set; }

    /// <summary>The place of its name among those of the model.</summary>
    public int? Name { get; set; }

    public TensorType? Type { get; set; }

    /// <summary>How many dimensions it has.</summary>
    public int? Rank { get; private set; }

    /// <summary>How many bytes behind the JSON are its data.</summary>
    public long? BinarySize { get; set; }

    /// <summary>Whether something of it is wrong, so that its data cannot be read.</summary>
    public bool IsFaulty { get; set; }

    public bool IsComplete => Name is not null && Type is not null && Rank is not null;

    public ReadOnlySpan<long> Shape => _shape.AsSpan(0, Rank ?? 0);

    /// <summary>The product of the shape.</summary>
    public int Count { get; private set; }

    public void Begin(int index) => (Index, Name, Type, Rank, BinarySize, IsFaulty, Count) = (index, null, null, null, null, false, 0);

    /// <returns>Whether its elements can be counted.</returns>
    public bool TrySetShape(ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var length in shape)
        {
            var product = Math.BigMul(count, length);
            if (length > int.MaxValue || product > int.MaxValue)
            {
                return false;
            }

            count = (long)product;
        }

        shape.CopyTo(_shape);
        (Rank, Count) = (shape.Length, (int)count);
        return true;
    }

    public string Path(string member) => string.Create(CultureInfo.InvariantCulture, $"inputs[{Index}].{member}");

    public string ElementPath(int element) => string.Create(CultureInfo.InvariantCulture, $"inputs[{Index}].data[{element}]");

    public static string Told(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray().Select(length => length < 0 ? "?" : $"{length}"))}]";
}
