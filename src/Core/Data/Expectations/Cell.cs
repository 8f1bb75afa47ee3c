namespace Mlops.Data;

internal enum CellKind : byte { Missing, Integer, Decimal, Infinite, Text }

/// <summary>What the text of one value in the current row was found to be. Found once, for all expectations that look at it.</summary>
internal struct Cell
{
    public CellKind Kind;

    /// <summary>The number, if it was asked for and the text is one.</summary>
    public double Number;

    public readonly bool IsMissing => Kind is CellKind.Missing;

    public readonly bool IsNumber => Kind is CellKind.Integer or CellKind.Decimal or CellKind.Infinite;

    public readonly bool IsFinite => Kind is CellKind.Integer or CellKind.Decimal;

    /// <param name="readsNumbers">Whether any expectation wants the number; otherwise every value is a text.</param>
    public static Cell Read(ReadOnlySpan<byte> text, bool readsNumbers)
    {
        if (readsNumbers && CsvValue.ReadNumber(text, out var number) is var form and not NumberForm.None)
        {
            var kind = form switch
            {
                NumberForm.Integer => CellKind.Integer,
                NumberForm.Decimal => CellKind.Decimal,
                _ => CellKind.Infinite,
            };
            return new Cell { Kind = kind, Number = number };
        }

        return new Cell { Kind = MayBeMissing(text) && CsvValue.IsMissing(text) ? CellKind.Missing : CellKind.Text };
    }

    // Every mark of a missing value starts with one of these; looking at one byte spares most values the closer look.
    private static bool MayBeMissing(ReadOnlySpan<byte> text) =>
        text.IsEmpty || text[0] is (byte)'#' or (byte)'-' or (byte)'1' or (byte)'<' or (byte)'?' or (byte)'N' or (byte)'n' or <= (byte)' ';
}
