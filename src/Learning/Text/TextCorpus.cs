using System.Runtime.InteropServices;
using Mlops.Data;

namespace Mlops.Learning;

/// <summary>The texts of a column as numbered words.</summary>
internal sealed class TextCorpus
{
    private readonly List<int[]> _texts = [];
    private readonly List<int> _rows = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];
    private readonly Dictionary<string, int> _forms = new(StringComparer.Ordinal);

    public TextCorpus(StringColumn column)
    {
        var rows = new int[column.Levels.Length];
        foreach (var code in column.Codes)
        {
            if (code is not StringColumn.Missing)
            {
                rows[code]++;
            }
        }

        for (var level = 0; level < rows.Length; level++)
        {
            if (rows[level] > 0)
            {
                _texts.Add([.. TextTokens.Of(column.Levels[level]).Select(Number)]);
                _rows.Add(rows[level]);
            }
        }
    }

    /// <summary>The folded words by number.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>For each form that was met the number of its word.</summary>
    public IReadOnlyDictionary<string, int> Forms => _forms;

    /// <summary>Every run of words of the given lengths, with how often and in how many texts it occurs.</summary>
    public IEnumerable<(int[] Words, string Term, int Count, int Documents)> Grams(int minWords, int maxWords)
    {
        var steps = new Dictionary<(int Prefix, int Word), int>();
        var grams = new List<(int[] Words, int Count, int Documents, int LastText)>();
        for (var text = 0; text < _texts.Count; text++)
        {
            var (words, rows) = (_texts[text], _rows[text]);
            for (var start = 0; start < words.Length; start++)
            {
                var node = -1;
                for (var end = start; end < words.Length && end - start < maxWords; end++)
                {
                    ref var next = ref CollectionsMarshal.GetValueRefOrAddDefault(steps, (node, words[end]), out var exists);
                    if (!exists)
                    {
                        next = grams.Count;
                        grams.Add((words[start..(end + 1)], 0, 0, -1));
                    }

                    node = next;
                    ref var gram = ref CollectionsMarshal.AsSpan(grams)[node];
                    gram.Count += rows;
                    gram.Documents += gram.LastText == text ? 0 : rows;
                    gram.LastText = text;
                }
            }
        }

        return grams
            .Where(gram => gram.Words.Length >= minWords)
            .Select(gram => (gram.Words, string.Join(' ', gram.Words.Select(word => _words[word])), gram.Count, gram.Documents));
    }

    private int Number(string form)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_forms, form, out var exists);
        if (exists)
        {
            return known;
        }

        var folded = TextTokens.Fold(form);
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, folded, out var isKnown);
        if (!isKnown)
        {
            number = _words.Count;
            _words.Add(folded);
        }

        return known = number;
    }
}
