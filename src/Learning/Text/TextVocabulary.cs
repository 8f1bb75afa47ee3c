using System.Runtime.InteropServices;
using Mlops.Data;
using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Which runs of words count.</summary>
/// <param name="MinWords">The shortest, in words.</param>
/// <param name="MaxWords">The longest, in words.</param>
/// <param name="MinDocuments">Found in at least so many texts.</param>
/// <param name="MaxTerms">At most so many, the most frequent.</param>
internal readonly record struct TextLimits(int MinWords, int MaxWords, int MinDocuments, int MaxTerms);

/// <summary>The n-grams of words that count, in ordinal order, each a column.</summary>
/// <remarks>A word outside the vocabulary keeps its place: the words around it are no neighbours.</remarks>
internal sealed class TextVocabulary
{
    private const int Unknown = 0;

    private readonly Dictionary<string, int> _words;
    private readonly Dictionary<(int Prefix, int Word), int> _grams = [];
    private readonly List<int> _columns = [];
    private readonly int _maxWords;

    /// <param name="words">For each form of a word its number, from 1.</param>
    /// <param name="grams">The word numbers of each term.</param>
    private TextVocabulary(string[] terms, Dictionary<string, int> words, int[][] grams, int[] documents)
    {
        (Terms, _words, Documents) = (terms, words, documents);
        for (var column = 0; column < grams.Length; column++)
        {
            var node = 0;
            foreach (var word in grams[column])
            {
                node = Next(node, word);
            }

            _columns[node - 1] = column;
            _maxWords = Math.Max(_maxWords, grams[column].Length);
        }
    }

    /// <summary>The words of each term, joined by spaces.</summary>
    public string[] Terms { get; }

    /// <summary>In how many training texts each term occurs.</summary>
    public int[] Documents { get; }

    public static TextVocabulary Learn(StringColumn column, TextLimits limits)
    {
        var corpus = new TextCorpus(column);
        var grams = corpus.Grams(limits.MinWords, limits.MaxWords)
            .Where(gram => gram.Documents >= limits.MinDocuments)
            .OrderByDescending(gram => gram.Count)
            .ThenBy(gram => gram.Term, StringComparer.Ordinal)
            .Take(limits.MaxTerms)
            .OrderBy(gram => gram.Term, StringComparer.Ordinal)
            .ToArray();

        // Words are numbered anew, by order, so that the graph has only those it needs.
        var used = grams.SelectMany(gram => gram.Words).Distinct().ToDictionary(word => word, word => corpus.Words[word]);
        var numbers = used.OrderBy(word => word.Value, StringComparer.Ordinal)
            .Select((word, index) => (word.Key, Number: index + 1))
            .ToDictionary(word => word.Key, word => word.Number);
        var forms = used.SelectMany(word => TextTokens.Forms(word.Value).Select(form => (Form: form, Number: numbers[word.Key])))
            .Concat(corpus.Forms
                .Where(form => numbers.ContainsKey(form.Value))
                .Select(form => (Form: form.Key, Number: numbers[form.Value])))
            .Distinct()
            .ToDictionary(form => form.Form, form => form.Number, StringComparer.Ordinal);
        return new TextVocabulary(
            [.. grams.Select(gram => gram.Term)],
            forms,
            [.. grams.Select(gram => Array.ConvertAll(gram.Words, word => numbers[word]))],
            [.. grams.Select(gram => gram.Documents)]);
    }

    /// <summary>How often each term occurs in a text, by column, ascending.</summary>
    public SortedDictionary<int, int> Count(string text)
    {
        var counts = new SortedDictionary<int, int>();
        var words = TextTokens.Of(text).Select(word => _words.GetValueOrDefault(word, Unknown)).ToArray();
        for (var start = 0; start < words.Length; start++)
        {
            var node = 0;
            for (var end = start; end < words.Length && end - start < _maxWords; end++)
            {
                if (!_grams.TryGetValue((node, words[end]), out node))
                {
                    break;
                }

                if (_columns[node - 1] is var column and >= 0)
                {
                    counts[column] = counts.GetValueOrDefault(column) + 1;
                }
            }
        }

        return counts;
    }

    /// <summary>How often each term occurs, times its weight: float [rows, terms].</summary>
    /// <param name="text">[rows, 1].</param>
    public GraphValue ToGraph(GraphWriter graph, GraphValue text, float[]? weights)
    {
        var small = graph.Reshape(graph.LowerAscii(graph.Reshape(text, -1)), -1, 1);
        var words = graph.Reshape(graph.Tokenizer(small, TextTokens.Pattern, padding: ""), 0, -1);
        var forms = _words.OrderBy(form => form.Key, StringComparer.Ordinal).ToArray();
        var numbers = graph.LabelEncoder(
            words, [.. forms.Select(form => form.Key)], [.. forms.Select(form => (long)form.Value)], Unknown);
        var grams = Grams().OrderBy(gram => gram.Words.Length).ThenBy(gram => gram.Column).ToArray();
        return graph.CountGrams(
            numbers,
            [.. Enumerable.Range(1, _maxWords).Select(length => grams
                .Where(gram => gram.Words.Length == length)
                .Select(gram => gram.Words)
                .ToArray())],
            [.. grams.Select(gram => (long)gram.Column)],
            weights is null ? null : [.. grams.Select(gram => weights[gram.Column])]);
    }

    private IEnumerable<(int Column, long[] Words)> Grams()
    {
        var before = _grams.ToDictionary(step => step.Value, step => step.Key);
        for (var node = 1; node <= _columns.Count; node++)
        {
            if (_columns[node - 1] < 0)
            {
                continue;
            }

            var words = new List<long>();
            for (var at = node; at > 0; at = before[at].Prefix)
            {
                words.Insert(0, before[at].Word);
            }

            yield return (_columns[node - 1], [.. words]);
        }
    }

    private int Next(int prefix, int word)
    {
        ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(_grams, (prefix, word), out var exists);
        if (!exists)
        {
            _columns.Add(-1);
            node = _columns.Count;
        }

        return node;
    }
}
