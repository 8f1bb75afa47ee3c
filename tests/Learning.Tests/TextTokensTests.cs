using FsCheck;
using FsCheck.Fluent;
using Mlops.Onnx;

namespace Mlops.Learning;

public sealed class TextTokensTests
{
    [Theory]
    [InlineData("Hello, World!", "hello|world")]
    [InlineData("a bc d ef_g 7 42", "bc|ef_g|42")]
    [InlineData("GRÖSSE größe", "grÖsse|größe")]
    [InlineData("it's 20% off…«now»", "it|20|off|now")]
    [InlineData("日本語、テスト。", "日本語|テスト")]
    [InlineData("smile 😀😀 on", "smile|on")]
    [InlineData("\ud800 half \udc00pair", "half|pair")]
    [InlineData("\0\t\r\n ", "")]
    [InlineData("", "")]
    public void Words_are_two_or_more_characters_between_separators(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', TextTokens.Of(text)));

    [Fact]
    public void A_word_is_known_capitalised_and_in_capitals_too()
    {
        Assert.Equal(["ärger", "Ärger"], TextTokens.Forms("ärger"));
        Assert.Equal(["größe", "grÖße"], TextTokens.Forms("größe"));
        Assert.Equal(["plain"], TextTokens.Forms("plain"));
    }

    [Fact]
    public void Every_form_of_a_word_folds_to_it() =>
        Check.QuickThrowOnFailure(Prop.ForAll<NonNull<string>>(text => TextTokens.Of(text.Get)
            .Select(TextTokens.Fold)
            .All(word => TextTokens.Forms(word).All(form => TextTokens.Fold(form) == word))));

    [Fact]
    public void The_graph_splits_every_string_as_it_is_split_here()
    {
        var graph = new GraphWriter("words");
        var text = graph.Input("text", ElementType.String, Dimension.Rows, 1);
        var small = graph.Reshape(graph.LowerAscii(graph.Reshape(text, -1)), -1, 1);
        graph.Output(graph.Tokenizer(small, TextTokens.Pattern, padding: ""), "words", ElementType.String);
        var model = graph.ToBytes();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Strings(), texts =>
        {
            using var run = new GraphRun(model).With("text", texts, texts.Length, 1);
            var words = run.Strings("words");
            var width = words.Length / texts.Length;
            return texts.Select((text, row) => words[(row * width)..((row + 1) * width)].Where(word => word.Length > 0)
                .SequenceEqual(TextTokens.Of(text))).All(equal => equal);
        }));
    }

    [Fact]
    public void A_very_long_text_is_split_alike()
    {
        var text = string.Join(", ", Enumerable.Range(0, 20_000).Select(i => $"Wort{i % 7}"));

        Assert.Equal(20_000, TextTokens.Of(text).Count());
        var terms = new TextTerms(0, Make.Texts("text", text), new TextLimits(1, 1, 1, 10), weighs: false);
        Assert.Equal([2858f, 2857, 2857, 2857, 2857, 2857, 2857],
            Vocabularies.Graph(terms, [text, ""])[..7].Order().Reverse());
    }

    /// <summary>Batches of strings of any code units, half surrogates too, with many separators and letters that have cases.</summary>
    private static Arbitrary<string[]> Strings()
    {
        var unit = Gen.OneOf(
            Gen.Choose(0, 0xFFFF).Select(code => $"{(char)code}"),
            Gen.Choose(0x10000, 0x10FFFF).Select(char.ConvertFromUtf32),
            Gen.Choose(0, 0x17F).Select(code => $"{(char)code}"),
            Gen.Elements("a", "B", "z9", " ", "Ä", "ß", "_", "\u2028", "É", "ı", "İ", "Σ", "ς", "\u00AD", "\u0301", "\u0000"));
        var text = unit.ListOf().Select(parts => string.Concat(parts));
        return text.NonEmptyListOf().Select(texts => texts.ToArray()).ToArbitrary();
    }
}
