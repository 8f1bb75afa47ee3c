using System.Text;

namespace Mlops.Data;

internal enum Comparison { Equal, Unequal, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>Whether a row is meant: a small language that can look at the row's own values and do nothing else.</summary>
/// <remarks>
/// <para><c>age &gt;= 18 and (country in ("DE", "FR") or `home town` is null) and not paid = false</c>: columns by name, in backticks
/// or as <c>col("name")</c> where it is no plain word; numbers, quoted texts, <c>true</c>, <c>false</c>; <c>= == != &lt;&gt; &lt; &lt;= &gt;
/// &gt;=</c>, <c>in (…)</c>, <c>is null</c>, <c>is not null</c>, <c>and or not</c>, parentheses.</para>
/// <para>Numbers compare with numbers; a text that is an ISO 8601 instant compares in time where an order is asked for, other texts
/// by code point. A comparison with a missing value, or of a number with what is none, does not hold, whichever it is.</para>
/// </remarks>
internal sealed class Condition
{
    public const int MaxLength = 2_000;

    private readonly Node _root;

    private Condition(Node root, IReadOnlyList<string> columns) => (_root, Columns) = (root, columns);

    /// <summary>The columns that are looked at, each once.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <exception cref="FormatException">The text is no condition; the message says what was expected where.</exception>
    public static Condition Parse(string text)
    {
        var parser = new ConditionParser(text);
        return new Condition(parser.Parse(), parser.Columns);
    }

    /// <param name="row">The row.</param>
    /// <param name="columns">Where each of <see cref="Columns"/> stands in it.</param>
    public bool Holds(in RowView row, ReadOnlySpan<int> columns) => _root.Holds(row, columns);

    internal abstract class Node
    {
        public abstract bool Holds(in RowView row, ReadOnlySpan<int> columns);
    }

    internal sealed class All(Node left, Node right) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns) => left.Holds(row, columns) && right.Holds(row, columns);
    }

    internal sealed class Any(Node left, Node right) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns) => left.Holds(row, columns) || right.Holds(row, columns);
    }

    internal sealed class Not(Node inner) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns) => !inner.Holds(row, columns);
    }

    internal sealed class IsNull(int column) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns) => row[columns[column]].IsMissing;
    }

    internal sealed class CompareNumber(int column, Comparison comparison, double number) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns)
        {
            ref readonly var cell = ref row[columns[column]];
            return cell.IsNumber && Compares(cell.Number.CompareTo(number), comparison);
        }
    }

    internal sealed class CompareTruth(int column, Comparison comparison, bool truth) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns) =>
            CsvValue.TryBoolean(row.Text(columns[column]), out var value) && Compares(value == truth ? 0 : 1, comparison);
    }

    internal sealed class CompareText(int column, Comparison comparison, string text) : Node
    {
        private readonly byte[] _text = Encoding.UTF8.GetBytes(text);
        private readonly double? _instant =
            comparison is not (Comparison.Equal or Comparison.Unequal) && IsoTimestamp.TryRead(Encoding.UTF8.GetBytes(text), out var seconds)
                ? seconds
                : null;

        public override bool Holds(in RowView row, ReadOnlySpan<int> columns)
        {
            var place = columns[column];
            if (row[place].IsMissing)
            {
                return false;
            }

            var value = CsvValue.Trimmed(row.Text(place));
            return _instant is { } instant
                ? IsoTimestamp.TryRead(value, out var seconds) && Compares(seconds.CompareTo(instant), comparison)
                : Compares(value.SequenceCompareTo(_text), comparison);
        }
    }

    internal sealed class CompareColumns(int left, Comparison comparison, int right) : Node
    {
        public override bool Holds(in RowView row, ReadOnlySpan<int> columns)
        {
            var (first, second) = (columns[left], columns[right]);
            if (row[first].IsMissing || row[second].IsMissing || row[first].IsNumber != row[second].IsNumber)
            {
                return false;
            }

            var order = row[first].IsNumber
                ? row[first].Number.CompareTo(row[second].Number)
                : CsvValue.Trimmed(row.Text(first)).SequenceCompareTo(CsvValue.Trimmed(row.Text(second)));
            return Compares(order, comparison);
        }
    }

    private static bool Compares(int order, Comparison comparison) => comparison switch
    {
        Comparison.Equal => order is 0,
        Comparison.Unequal => order is not 0,
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Greater => order > 0,
        _ => order >= 0,
    };
}
