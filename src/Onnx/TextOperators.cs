namespace Mlops.Onnx;

/// <summary>Operators on strings: from raw text to counted n-grams.</summary>
/// <remarks>
/// Sources: https://github.com/onnx/onnx/blob/v1.12.0/docs/Operators.md and, for Tokenizer,
/// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
/// </remarks>
public static class TextOperators
{
    /// <summary>A to Z as a to z in each of [n] strings, and nothing else changed.</summary>
    /// <remarks>The "C" locale is the one that every machine has, and in which the letters beyond ASCII stay as they are.</remarks>
    public static GraphValue LowerAscii(this GraphWriter graph, GraphValue values) => graph.Node(
        "StringNormalizer", [values], NodeSetting.Of("case_change_action", "LOWER"), NodeSetting.Of("locale", "C"));

    /// <summary>What matches a pattern in each of [rows, 1] strings, as [rows, 1, most matches], with <paramref name="padding"/> at the
    /// end of shorter rows.</summary>
    /// <param name="pattern">A regular expression as RE2 has them.</param>
    public static GraphValue Tokenizer(this GraphWriter graph, GraphValue values, string pattern, string padding) => graph.Node(
        GraphWriter.RuntimeDomain,
        "Tokenizer",
        1,
        [values],
        NodeSetting.Of("mark", 0),
        NodeSetting.Of("mincharnum", 1),
        NodeSetting.Of("pad_value", padding),
        NodeSetting.Of("tokenexp", pattern))[0];

    /// <summary>How often each n-gram of int64 tokens occurs in a row, times its weight: float [rows, n-grams].</summary>
    /// <param name="grams">The n-grams by length: those of one token, of two tokens and so on.</param>
    /// <param name="columns">For each n-gram, in the same order, the column that counts it.</param>
    /// <param name="weights">For each n-gram, in the same order, the factor on its count; null for 1.</param>
    public static GraphValue CountGrams(
        this GraphWriter graph,
        GraphValue tokens,
        IReadOnlyList<IReadOnlyList<long[]>> grams,
        IReadOnlyList<long> columns,
        IReadOnlyList<float>? weights = null)
    {
        var starts = new List<long>();
        var pool = new List<long>();
        foreach (var group in grams)
        {
            starts.Add(pool.Count);
            pool.AddRange(group.SelectMany(gram => gram));
        }

        NodeSetting[] counted =
        [
            NodeSetting.Of("max_gram_length", grams.Count),
            NodeSetting.Of("max_skip_count", 0),
            NodeSetting.Of("min_gram_length", 1 + grams.TakeWhile(group => group.Count is 0).Count()),
            NodeSetting.Of("mode", weights is null ? "TF" : "TFIDF"),
            NodeSetting.Of("ngram_counts", starts),
            NodeSetting.Of("ngram_indexes", columns),
            NodeSetting.Of("pool_int64s", pool),
        ];
        return graph.Node("TfIdfVectorizer", [tokens], weights is null ? counted : [.. counted, NodeSetting.Of("weights", weights)]);
    }
}
