using System.Globalization;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>What a request says of one input besides its data; one object serves all inputs of a request, one after the other.</summary>
internal sealed class V2Input
{
    public const int MaxRank = 16;

    [ThreadStatic]
    private static V2Input? s_ofThread;

    private readonly long[] _shape = new long[MaxRank];

    /// <summary>This thread's own, for one request at a time.</summary>
    public static V2Input OfThread => s_ofThread ??= new V2Input();

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

    public V2Place Place => new("inputs", Index);

    public string Path(string member) => Place.Path(member);

    public string ElementPath(int element) => Place.Path(string.Create(CultureInfo.InvariantCulture, $"data[{element}]"));

    public static string Told(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray().Select(length => length < 0 ? "?" : $"{length}"))}]";
}

/// <summary>Where something stands in a request; its path is made only when it is told.</summary>
/// <param name="List">The array that it is in; null if it is the whole request.</param>
internal readonly record struct V2Place(string? List, int Index)
{
    public string Path(string member) => List is null ? member : string.Create(CultureInfo.InvariantCulture, $"{List}[{Index}].{member}");
}
