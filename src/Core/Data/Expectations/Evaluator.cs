using System.Text.Json;

namespace Mlops.Data;

/// <summary>What an expectation looks at, found from its arguments before any data is there.</summary>
/// <param name="Columns">The columns it looks at, each once.</param>
/// <param name="ReadsNumbers">Whether it wants to know of their values what numbers they are.</param>
/// <param name="Where">Which rows it looks at; all if absent.</param>
/// <param name="Begin">Makes its state for one pass over a table.</param>
/// <param name="ReadsHashes">Whether it wants to know of their values which are the same.</param>
internal sealed record Rule(IReadOnlyList<string> Columns, bool ReadsNumbers, Condition? Where, Func<RuleContext, Evaluator> Begin, bool ReadsHashes = false)
{
    public ColumnReads Reads => (ReadsNumbers ? ColumnReads.Numbers : 0) | (ReadsHashes ? ColumnReads.Hashes : 0);
}

/// <summary>What a rule's state is made with.</summary>
/// <param name="Columns">Where its columns stand in the file, in the order of <see cref="Rule.Columns"/>.</param>
/// <param name="Names">All columns of the file.</param>
/// <param name="Budget">What all sets of distinct values may hold together.</param>
internal sealed record RuleContext(int[] Columns, IReadOnlyList<string> Names, DistinctBudget Budget)
{
    public int Column => Columns[0];
}

/// <summary>What an expectation came to.</summary>
/// <param name="Details">Everything that can be told; a <see cref="ResultFormat"/> chooses of it.</param>
/// <param name="Undecided">Why there is no verdict.</param>
internal sealed record Finding(bool Success, ResultDetails Details, string? Undecided = null)
{
    public static Finding Unable(string reason) => new(false, new ResultDetails(), reason);

    public static Finding Observed<T>(bool success, T value, IReadOnlyDictionary<string, JsonElement>? details = null, long? elements = null) =>
        new(success, new ResultDetails(elements, ObservedValue: Json(value), Details: details));

    public static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, Storage.Documents.Options);
}

/// <summary>The state of one expectation while the rows of a table go by.</summary>
/// <remarks>Memory is bounded whatever the number of rows. Not safe for concurrent use.</remarks>
internal abstract class Evaluator
{
    /// <summary>Whether the rows must go by a second time.</summary>
    public virtual bool NeedsSecondPass => false;

    /// <summary>How long it takes for a row, very roughly and in no unit: what takes long is begun first.</summary>
    public virtual int Cost => 1;

    public abstract void Take(in RowView row);

    /// <summary>Takes some of the rows of a batch, in file order.</summary>
    public virtual void Take(RowBatch batch, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            Take(new RowView(batch, row));
        }
    }

    /// <summary>Claims of what all share what so many more rows may need. Evaluators are asked one after the other, always in the same
    /// order; then they take the rows, perhaps at once.</summary>
    public virtual void Claim(int rows) { }

    public virtual void BeginSecondPass() { }

    public abstract Finding Find();
}

/// <summary>An expectation that cannot be evaluated on this table.</summary>
internal sealed class UndecidedEvaluator(string reason) : Evaluator
{
    public override void Take(in RowView row) { }

    public override void Take(RowBatch batch, ReadOnlySpan<int> rows) { }

    public override Finding Find() => Finding.Unable(reason);
}

/// <summary>An expectation that the header alone decides.</summary>
internal sealed class DecidedEvaluator(Finding finding) : Evaluator
{
    public override void Take(in RowView row) { }

    public override void Take(RowBatch batch, ReadOnlySpan<int> rows) { }

    public override Finding Find() => finding;
}
