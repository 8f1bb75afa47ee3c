using System.Text;
using System.Text.RegularExpressions;

namespace Mlops.Data;

/// <summary>A value must be there, or must not.</summary>
internal sealed class NullRule(int[] columns, double mostly, bool mustBeMissing) : RowEvaluator(columns, mostly)
{
    protected override bool JudgesMissing => true;

    protected override Verdict Judge(in RowView row) => row[Column].IsMissing == mustBeMissing ? Verdict.Expected : Verdict.Unexpected;
}

/// <summary>A value, if there is one, must pass a test of itself alone.</summary>
internal abstract class ValueRule(int[] columns, double mostly) : RowEvaluator(columns, mostly)
{
    protected sealed override Verdict Judge(in RowView row) =>
        row[Column].IsMissing ? Verdict.Missing : Passes(row) ? Verdict.Expected : Verdict.Unexpected;

    protected abstract bool Passes(in RowView row);
}

internal sealed class SetRule(int[] columns, double mostly, ValueSet set, bool mustBeIn) : ValueRule(columns, mostly)
{
    protected override bool Passes(in RowView row) => set.Find(row, Column) >= 0 == mustBeIn;
}

/// <summary>A number must lie between bounds, or an instant; what is neither does not.</summary>
internal sealed class BetweenRule(int[] columns, double mostly, Bounds bounds) : ValueRule(columns, mostly)
{
    protected override bool Passes(in RowView row) => row[Column] is { IsNumber: true } cell
        ? bounds.Hold(cell.Number)
        : row.Point(Column) is var point && !double.IsNaN(point) && bounds.Hold(point);
}

/// <summary>The text must be as many characters (Unicode code points) long as the bounds have it.</summary>
internal sealed class LengthRule(int[] columns, double mostly, Bounds bounds) : ValueRule(columns, mostly)
{
    protected override bool Passes(in RowView row)
    {
        var length = 0;
        foreach (var value in row.Text(Column))
        {
            length += (value & 0xC0) is 0x80 ? 0 : 1;
        }

        return bounds.Hold(length);
    }
}

/// <summary>A test of a text that takes long, and is made once for each of few short texts.</summary>
internal abstract class TextRule(int[] columns, double mostly) : ValueRule(columns, mostly)
{
    private readonly VerdictMemo _memo = new();

    public override int Cost => 3;

    protected sealed override bool Passes(in RowView row)
    {
        var text = row.Text(Column);
        if (_memo.Find(text, out var slot) is { } known)
        {
            return known;
        }

        var passes = Passes(text, row.Number);
        _memo.Keep(text, slot, passes);
        return passes;
    }

    protected abstract bool Passes(ReadOnlySpan<byte> text, long row);
}

/// <summary>The regular expression must match somewhere in the text, or nowhere.</summary>
internal sealed class PatternRule(int[] columns, double mostly, Regex pattern, bool mustMatch) : TextRule(columns, mostly)
{
    private char[] _characters = new char[256];

    protected override bool Passes(ReadOnlySpan<byte> text, long row)
    {
        if (text.Length > _characters.Length)
        {
            _characters = new char[2 * text.Length];
        }

        var length = Encoding.UTF8.GetChars(text, _characters);
        try
        {
            return pattern.IsMatch(_characters.AsSpan(0, length)) == mustMatch;
        }
        catch (RegexMatchTimeoutException)
        {
            Undecided ??= $"Matching row {row} took longer than {pattern.MatchTimeout.TotalSeconds:0} s.";
            return true;
        }
    }
}

internal sealed class StrftimeRule(int[] columns, double mostly, StrftimeFormat format) : TextRule(columns, mostly)
{
    protected override bool Passes(ReadOnlySpan<byte> text, long row) => format.IsMatch(text);
}

/// <summary>What a text can be read as.</summary>
[Flags]
internal enum ValueKinds { None = 0, Integer = 1, Number = 2, Boolean = 4, Timestamp = 8, Text = 16 }

internal sealed class TypeRule(int[] columns, double mostly, ValueKinds kinds) : ValueRule(columns, mostly)
{
    protected override bool Passes(in RowView row)
    {
        if ((kinds & ValueKinds.Text) is not 0)
        {
            return true;
        }

        ref readonly var cell = ref row[Column];
        return cell.Kind switch
        {
            CellKind.Integer => (kinds & (ValueKinds.Integer | ValueKinds.Number)) is not 0,
            CellKind.Decimal or CellKind.Infinite => (kinds & ValueKinds.Number) is not 0,
            _ => ((kinds & ValueKinds.Boolean) is not 0 && CsvValue.TryBoolean(row.Text(Column), out _))
                || ((kinds & ValueKinds.Timestamp) is not 0 && IsoTimestamp.TryRead(row.Text(Column), out _)),
        };
    }
}
