using System.Text.Json;
using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Features prepared for a learner: numbers first, then categories, then the terms of texts.</summary>
/// <param name="NumberColumns">Filled and scaled.</param>
/// <param name="Codes">For each one-hot category the column of each row, or <see cref="CategoryLevels.Unknown"/>.</param>
/// <param name="Terms">For each text.</param>
internal sealed record EncodedFeatures(int Rows, LazyColumn[] NumberColumns, int[][] Codes, TermTable[] Terms)
{
    public float[][] Numbers => NumberColumns.ToArrays(Rows);
}

/// <summary>What was learned to prepare features, for linear models as for trees.</summary>
/// <remarks>Made by <see cref="FeatureEncodingBuilder"/>.</remarks>
internal sealed class FeatureEncoding
{
    private readonly IReadOnlyList<INumberSource> _sources;
    private readonly NumericScaling _scaling;
    private readonly IReadOnlyList<OneHotCategory> _categories;
    private readonly IReadOnlyList<TextTerms> _texts;

    /// <param name="origins">The index in the signature of the feature that each column was made from.</param>
    public FeatureEncoding(
        IReadOnlyList<INumberSource> sources,
        NumericScaling scaling,
        IReadOnlyList<OneHotCategory> categories,
        IReadOnlyList<TextTerms> texts,
        int[] origins)
    {
        (_sources, _scaling, _categories, _texts, Origins) = (sources, scaling, categories, texts, origins);
    }

    /// <summary>The index in the signature of the feature that each column was made from.</summary>
    public int[] Origins { get; }

    /// <summary>How many columns are numbers; the one-hot columns follow, then the terms.</summary>
    public int Numbers => _scaling.Width;

    /// <summary>How many columns each one-hot category has.</summary>
    public int[] CategoryWidths => [.. _categories.Select(category => category.Width)];

    /// <summary>Whether rows of the training data differ in a column of numbers, in a category or in a text.</summary>
    public IEnumerable<bool> Usable =>
    [
        .. Enumerable.Range(0, _scaling.Width).Select(_scaling.IsUsable),
        .. _categories.Select(category => category.Width > 1),
        .. _texts.Select(text => text.Width > 0),
    ];

    public EncodedFeatures Encode(RawFeatures features) =>
        Encode(features, [.. _sources.SelectMany(source => source.Encode(features))]);

    /// <param name="numbers">The columns of numbers before they are filled and scaled.</param>
    public EncodedFeatures Encode(RawFeatures features, LazyColumn[] numbers) => new(
        features.Rows,
        _scaling.Apply(numbers),
        [.. _categories.Select(category => category.Encode(features))],
        [.. _texts.Select(text => text.Encode(features))]);

    /// <summary>Float [rows, columns], named and with the origins of its columns in the metadata, for those who explain predictions.</summary>
    public GraphValue ToGraph(ModelGraph graph)
    {
        graph.Writer.Metadata[OnnxExplainerLoader.OriginsKey] = JsonSerializer.Serialize(Origins);
        var parts = new List<GraphValue>();
        if (_sources.Count > 0)
        {
            parts.Add(_scaling.ToGraph(graph.Writer, graph.Join([.. _sources.Select(source => source.ToGraph(graph))])));
        }

        parts.AddRange(_categories.Select(category => category.ToGraph(graph)));
        parts.AddRange(_texts.Where(text => text.Width > 0).Select(text => text.ToGraph(graph)));
        return graph.Writer.Name(graph.Join(parts), OnnxExplainerLoader.EncodedTensor);
    }
}
