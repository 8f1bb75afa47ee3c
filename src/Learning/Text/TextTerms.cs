using Mlops.Data;
using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>A text as the counts of its terms, or weighted by TF-IDF.</summary>
/// <remarks>
/// TF-IDF as scikit-learn's TfidfVectorizer has it: count × (ln((1 + texts) ÷ (1 + texts with the term)) + 1), then each row to
/// length 1 (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988). A text without terms is zeros.
/// </remarks>
internal sealed class TextTerms
{
    private readonly int _index;
    private readonly TextVocabulary _vocabulary;
    private readonly float[]? _weights;

    /// <param name="index">Of the feature among the string features.</param>
    /// <param name="weighs">Whether terms are weighted, or only counted.</param>
    public TextTerms(int index, StringColumn column, TextLimits limits, bool weighs)
    {
        _index = index;
        _vocabulary = TextVocabulary.Learn(column, limits);
        _weights = weighs
            ? Array.ConvertAll(_vocabulary.Documents, documents => (float)(Math.Log((1.0 + column.Length) / (1.0 + documents)) + 1))
            : null;
    }

    public int Width => _vocabulary.Terms.Length;

    public TermTable Encode(RawFeatures features)
    {
        var column = features.Strings[_index];
        var table = new TermTable(column.Codes, column.Levels.Length, Width);
        foreach (var level in column.Codes.Where(code => code is not StringColumn.Missing).Distinct().Order())
        {
            var counts = _vocabulary.Count(column.Levels[level]);
            table.Set(level, [.. counts.Keys], Weigh(counts));
        }

        return table;
    }

    /// <summary>Float [rows, <see cref="Width"/>].</summary>
    public GraphValue ToGraph(ModelGraph graph)
    {
        var writer = graph.Writer;
        var terms = _vocabulary.ToGraph(writer, graph.String(_index), _weights);

        // A weight is at least 1, so a row has length 0 or no less than 1.
        return _weights is null ? terms : writer.Div(terms, writer.Max(writer.RowLength(terms), writer.Constant([1f], 1)));
    }

    private float[] Weigh(SortedDictionary<int, int> counts)
    {
        if (_weights is null)
        {
            return [.. counts.Values.Select(count => (float)count)];
        }

        var weighted = counts.Select(term => term.Value * _weights[term.Key]).ToArray();
        var length = (float)Math.Sqrt(weighted.Sum(value => (double)value * value));
        return Array.ConvertAll(weighted, value => value / length);
    }
}
