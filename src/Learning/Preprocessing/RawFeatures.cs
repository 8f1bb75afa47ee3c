using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Learning;

/// <summary>The features of a table as the graph takes them: numbers in single precision, strings as they are.</summary>
/// <remarks>
/// This is the one door through which values reach a learner, in training as in prediction. What the cast to single precision
/// loses is lost before anything is learned, so that learner and graph decide alike.
/// </remarks>
internal sealed class RawFeatures
{
    private RawFeatures(int rows, LazyColumn[] numbers, StringColumn[] strings) => (Rows, Numbers, Strings) = (rows, numbers, strings);

    public int Rows { get; }

    /// <summary>The numeric features, in signature order.</summary>
    public LazyColumn[] Numbers { get; }

    /// <summary>The other features, in signature order.</summary>
    public StringColumn[] Strings { get; }

    /// <exception cref="ArgumentException">The frame lacks a feature or holds it as another type.</exception>
    public static RawFeatures Read(DataFrame frame, ModelSignature signature)
    {
        var numbers = new List<LazyColumn>();
        var strings = new List<StringColumn>();
        foreach (var feature in signature.Features)
        {
            switch (frame.Find(feature.Name))
            {
                case NumericColumn column when feature.IsNumeric:
                    numbers.Add(InSinglePrecision(column.Values));
                    break;
                case StringColumn column when !feature.IsNumeric:
                    strings.Add(column);
                    break;
                default:
                    throw new ArgumentException($"The table has no {feature.Type} column '{feature.Name}'.", nameof(frame));
            }
        }

        return new RawFeatures(frame.RowCount, [.. numbers], [.. strings]);
    }

    private static LazyColumn InSinglePrecision(double[] column) => (start, values) =>
    {
        var source = column.AsSpan(start, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)source[i];
        }
    };
}
