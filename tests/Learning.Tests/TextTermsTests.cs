using FsCheck;
using FsCheck.Fluent;

namespace Mlops.Learning;

public sealed class TextTermsTests
{
    private static readonly string[] Texts = PreparationGolden.Text.GetProperty("texts").Texts();
    private static readonly string[] Unseen = PreparationGolden.Text.GetProperty("unseen").Texts();

    public static TheoryData<string, int, int, int, bool> Cases() => new()
    {
        { "words", 1, 1, 1, true },
        { "pairs", 1, 2, 2, true },
        { "pairsOnly", 2, 2, 1, true },
        { "counts", 1, 1, 2, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Terms_weigh_what_they_weigh_in_scikit_learn(string name, int minWords, int maxWords, int minDocuments, bool weighs)
    {
        var terms = Vocabularies.Learn(Texts, new TextLimits(minWords, maxWords, minDocuments, 1_000), weighs);

        var golden = PreparationGolden.Text.GetProperty(name);
        Assert.Equal(golden.GetProperty("terms").GetArrayLength(), terms.Width);
        PreparationGolden.AssertClose(
            golden.GetProperty("matrix").Matrix().SelectMany(row => row),
            Vocabularies.Encode(terms, Texts).Select(value => (double)value));
        PreparationGolden.AssertClose(
            golden.GetProperty("unseen").Matrix().SelectMany(row => row),
            Vocabularies.Encode(terms, Unseen).Select(value => (double)value));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_graph_weighs_them_alike(string name, int minWords, int maxWords, int minDocuments, bool weighs)
    {
        var terms = Vocabularies.Learn(Texts, new TextLimits(minWords, maxWords, minDocuments, 1_000), weighs);

        PreparationGolden.AssertClose(
            PreparationGolden.Text.GetProperty(name).GetProperty("unseen").Matrix().SelectMany(row => row),
            Vocabularies.Graph(terms, Unseen).Select(value => (double)value));
    }

    [Fact]
    public void The_vocabulary_is_in_ordinal_order() => Assert.Equal(
        PreparationGolden.Text.GetProperty("pairs").GetProperty("terms").Texts(),
        TextVocabulary.Learn(Make.Texts("text", Texts), new TextLimits(1, 2, 2, 1_000)).Terms);

    [Fact]
    public void The_most_frequent_terms_are_kept_and_of_equals_the_first_in_order() => Assert.Equal(
        ["cc", "dd"],
        TextVocabulary.Learn(Make.Texts("text", "dd dd cc bb", "ee bb cc dd", "cc aa"), new TextLimits(1, 1, 1, 2)).Terms);

    [Fact]
    public void A_row_counts_as_often_as_it_is_there()
    {
        var vocabulary = TextVocabulary.Learn(Make.Texts("text", "same", "same", "other"), new TextLimits(1, 1, 2, 10));

        Assert.Equal(["same"], vocabulary.Terms);
        Assert.Equal([2], vocabulary.Documents);
    }

    [Fact]
    public void An_unknown_word_keeps_its_neighbours_apart()
    {
        var terms = Vocabularies.Learn(["left right", "left right"], new TextLimits(1, 2, 1, 10), weighs: false);

        Assert.Equal([1f, 1, 1, 1, 0, 1], Vocabularies.Encode(terms, ["left right", "left turn right"]));
        Assert.Equal([1f, 1, 1, 1, 0, 1], Vocabularies.Graph(terms, ["left right", "left turn right"]));
    }

    [Fact]
    public void Runs_of_three_words_alone_are_counted_alike()
    {
        var terms = Vocabularies.Learn(["one two three four", "two three four"], new TextLimits(3, 3, 1, 10), weighs: false);

        Assert.Equal([1f, 1, 0, 2], Vocabularies.Encode(terms, ["one two three four", "two three four two three four"]));
        Assert.Equal([1f, 1, 0, 2], Vocabularies.Graph(terms, ["one two three four", "two three four two three four"]));
    }

    [Fact]
    public void The_graph_agrees_on_any_text()
    {
        var pieces = Gen.Elements(
            "Das", "weiß", "WEISS", "Ärger", "ÄRGER", "ärgeR", "the", "THE", "tHe", " ", ", ", "\n", "x", "é", "É", "日本", "😀");
        var texts = pieces.ListOf().Select(parts => string.Concat(parts)).NonEmptyListOf().Select(list => list.ToArray()).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(texts, texts, (train, then) =>
        {
            var terms = Vocabularies.Learn(train, new TextLimits(1, 3, 1, 50));
            if (terms.Width is 0)
            {
                return true;
            }

            var (own, graph) = (Vocabularies.Encode(terms, then), Vocabularies.Graph(terms, then));
            return own.Length == graph.Length && own.Zip(graph).All(pair => MathF.Abs(pair.First - pair.Second) < 1e-6);
        }));
    }
}
