using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Mlops.Training;

/// <summary>HTML and SVG as text in which every inserted value is escaped, so that no name in the data can become markup.</summary>
/// <remarks>
/// Of an interpolated string the literal parts are markup and the inserted ones are text; another <see cref="Markup"/> is inserted as
/// it is. Numbers are written with at most two decimals: they are coordinates.
/// </remarks>
internal sealed class Markup
{
    private readonly StringBuilder _text = new();

    public static Markup Of(Interpolation text) => new Markup().Add(text);

    /// <summary>Markup that is part of this product; never anything from outside.</summary>
    public static Markup Trusted(string markup)
    {
        var trusted = new Markup();
        trusted._text.Append(markup);
        return trusted;
    }

    public static Markup Join(IEnumerable<Markup> parts)
    {
        var all = new Markup();
        foreach (var part in parts)
        {
            all._text.Append(part._text);
        }

        return all;
    }

    public Markup Add(Interpolation text)
    {
        _text.Append(text.Text);
        return this;
    }

    public override string ToString() => _text.ToString();

    [InterpolatedStringHandler]
    public readonly struct Interpolation
    {
        public Interpolation(int literalLength, int formattedCount) => Text = new StringBuilder(literalLength + (8 * formattedCount));

        internal StringBuilder Text { get; }

        public void AppendLiteral(string markup) => Text.Append(markup);

        public void AppendFormatted(Markup? markup) => Text.Append(markup?._text);

        public void AppendFormatted(string? text) => Text.Append(WebUtility.HtmlEncode(Visible(text ?? "")));

        public void AppendFormatted(int number) => Text.Append(number);

        public void AppendFormatted(double number) => Text.Append(number.ToString("0.##", CultureInfo.InvariantCulture));

        /// <summary>Control characters are not legal in HTML.</summary>
        private static string Visible(string text) => text.Any(char.IsControl)
            ? string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character))
            : text;
    }
}
