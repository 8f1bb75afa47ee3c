using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Runs a model of tensors once before it takes traffic, so that no request pays for what happens only the first time.</summary>
internal static class TensorWarmUp
{
    /// <summary>The most elements that are made up for it; a model that takes more is left cold.</summary>
    private const long MostElements = 1 << 22;

    /// <summary>Runs zeros of the signature's shapes, with 1 where any length will do.</summary>
    /// <remarks>A model may refuse them, for which lengths belong together only it knows: then its first request warms it up.</remarks>
    public static void Run(ITensorScorer scorer, CancellationToken cancellationToken)
    {
        var inputs = scorer.Signature.Inputs.Select(Zeros).ToList();
        if (inputs.OfType<NamedTensor>().Count() < inputs.Count)
        {
            return;
        }

        try
        {
            scorer.Run([.. inputs.OfType<NamedTensor>()], [], cancellationToken);
        }
        catch (TensorScoringException)
        {
            // Nothing was promised about zeros.
        }
    }

    /// <returns>Null if it has too many elements.</returns>
    private static NamedTensor? Zeros(TensorSpec spec)
    {
        var shape = spec.Shape.Select(length => length < 0 ? 1 : length).ToArray();
        var count = 1L;
        foreach (var length in shape)
        {
            if (length > MostElements || (count *= length) > MostElements)
            {
                return null;
            }
        }

        return spec.Type is TensorType.String
            ? new NamedTensor(spec.Name, spec.Type, shape, default, [.. Enumerable.Repeat("", (int)count)])
            : new NamedTensor(spec.Name, spec.Type, shape, new byte[count * spec.Type.Width()]);
    }
}
