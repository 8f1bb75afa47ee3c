using System.Globalization;
using System.Text.RegularExpressions;
using static Mlops.Data.Condition;

namespace Mlops.Data;

/// <summary>Reads a <see cref="Condition"/> by recursive descent; how deep it may nest is bounded.</summary>
internal sealed partial class ConditionParser(string text)
{
    private const int MaxDepth = 32;

    private readonly List<string> _columns = [];
    private int _position;
    private int _depth;

    public IReadOnlyList<string> Columns => _columns;

    public Node Parse()
    {
        if (text.Length > MaxLength)
        {
            throw new FormatException($"expected a condition of at most {MaxLength} characters");
        }

        var node = ReadAny();
        return Peek().Length is 0 ? node : throw Expected("and, or, or the end");
    }

    private Node ReadAny()
    {
        if (++_depth > MaxDepth)
        {
            throw new FormatException($"expected a condition nested at most {MaxDepth} deep");
        }

        var node = ReadAll();
        while (TryTake("or") || TryTake("||") || TryTake("|"))
        {
            node = new Any(node, ReadAll());
        }

        _depth--;
        return node;
    }

    private Node ReadAll()
    {
        var node = ReadOne();
        while (TryTake("and") || TryTake("&&") || TryTake("&"))
        {
            node = new All(node, ReadOne());
        }

        return node;
    }

    private Node ReadOne()
    {
        if (TryTake("not") || TryTake("~") || TryTake("!"))
        {
            return ++_depth > MaxDepth ? throw new FormatException($"expected a condition nested at most {MaxDepth} deep") : Negated();
        }

        if (TryTake("("))
        {
            var inner = ReadAny();
            Take(")");
            return inner;
        }

        return ReadComparison();
    }

    private Not Negated()
    {
        var node = new Not(ReadOne());
        _depth--;
        return node;
    }

    private Node ReadComparison()
    {
        if (ReadColumn() is not { } column)
        {
            throw Expected("a column, not or a parenthesis");
        }

        if (TryTake("."))
        {
            return ReadNullCall(column);
        }

        if (TryTake("is"))
        {
            var isNegated = TryTake("not");
            Take("null");
            return isNegated ? new Not(new IsNull(column)) : new IsNull(column);
        }

        if (TryTake("in"))
        {
            return ReadList(column);
        }

        if (TryTake("not"))
        {
            Take("in");
            return new All(new Not(new IsNull(column)), new Not(ReadList(column)));
        }

        return ReadOperand(column, ReadOperator());
    }

    private Node ReadNullCall(int column)
    {
        var isNull = TryTake("isNull");
        if (!isNull)
        {
            Take("notNull");
        }

        Take("(");
        Take(")");
        return isNull ? new IsNull(column) : new Not(new IsNull(column));
    }

    private Node ReadList(int column)
    {
        Take("(");
        var node = ReadLiteral(column, Comparison.Equal) ?? throw Expected("a number or a quoted text");
        while (TryTake(","))
        {
            node = new Any(node, ReadLiteral(column, Comparison.Equal) ?? throw Expected("a number or a quoted text"));
        }

        Take(")");
        return node;
    }

    private Comparison ReadOperator()
    {
        var comparison = Peek() switch
        {
            "=" or "==" => Comparison.Equal,
            "!=" or "<>" => Comparison.Unequal,
            "<" => Comparison.Less,
            "<=" => Comparison.LessOrEqual,
            ">" => Comparison.Greater,
            ">=" => Comparison.GreaterOrEqual,
            _ => throw Expected("=, !=, <, <=, >, >=, in, is null or is not null"),
        };
        Advance();
        return comparison;
    }

    private Node ReadOperand(int column, Comparison comparison) =>
        ReadLiteral(column, comparison)
        ?? (ReadColumn() is { } other ? new CompareColumns(column, comparison, other) : throw Expected("a number, a quoted text or a column"));

    private Node? ReadLiteral(int column, Comparison comparison)
    {
        var token = Peek();
        Node? node = token switch
        {
            ['"' or '\'', ..] => new CompareText(column, comparison, Unquoted(token)),
            _ when double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
                new CompareNumber(column, comparison, number),
            _ when Is(token, "true") || Is(token, "false") => comparison is Comparison.Equal or Comparison.Unequal
                ? new CompareTruth(column, comparison, Is(token, "true"))
                : throw Expected("= or != before true and false"),
            _ => null,
        };
        if (node is not null)
        {
            Advance();
        }

        return node;
    }

    private int? ReadColumn()
    {
        var token = Peek();
        if (Is(token, "col") && Tokens().Match(text, _position + Skipped() + token.Length) is { Success: true, Value: var next } && next.Trim() is "(")
        {
            Advance();
            Take("(");
            var name = Peek() is ['"' or '\'', ..] quoted ? Unquoted(quoted) : throw Expected("a quoted column name");
            Advance();
            Take(")");
            return Ordinal(name);
        }

        if (token is ['`', ..])
        {
            Advance();
            return Ordinal(Unquoted(token));
        }

        if (token.Length is 0 || !(char.IsLetter(token[0]) || token[0] is '_') || IsWord(token))
        {
            return null;
        }

        Advance();
        return Ordinal(token);
    }

    private int Ordinal(string name)
    {
        var known = _columns.IndexOf(name);
        if (known < 0)
        {
            _columns.Add(name);
        }

        return known < 0 ? _columns.Count - 1 : known;
    }

    private static bool IsWord(string token) => token.ToLowerInvariant() is "and" or "or" or "not" or "in" or "is" or "null" or "true" or "false";

    private static bool Is(string token, string word) => token.Equals(word, StringComparison.OrdinalIgnoreCase);

    private string Unquoted(string token) =>
        token.Length > 1 && token[^1] == token[0] ? token[1..^1].Replace("\\" + token[0], token[..1], StringComparison.Ordinal)
        : throw Expected("a closing quote");

    private int Skipped()
    {
        var end = _position;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
        {
            end++;
        }

        return end - _position;
    }

    /// <summary>The next token, or nothing at the end.</summary>
    private string Peek() => Tokens().Match(text, _position) is { Success: true } match ? match.Groups["token"].Value : "";

    private void Advance() => _position += Tokens().Match(text, _position).Length;

    private bool TryTake(string token)
    {
        var matches = Is(Peek(), token);
        if (matches)
        {
            Advance();
        }

        return matches;
    }

    private void Take(string token)
    {
        if (!TryTake(token))
        {
            throw Expected(token);
        }
    }

    private FormatException Expected(string what)
    {
        var found = Peek();
        return new($"expected {what} at character {_position + Skipped() + 1}, found {(found.Length is 0 ? "the end" : $"'{found}'")}");
    }

    [GeneratedRegex(
        """\G\s*(?<token>"(\\.|[^"\\])*"?|'(\\.|[^'\\])*'?|`[^`]*`?|[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}_]*|==|!=|<>|<=|>=|&&|\|\||\S)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Tokens();
}
