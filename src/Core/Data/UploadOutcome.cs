namespace Mlops.Data;

/// <summary>What came of offering a file to a data set.</summary>
public abstract record UploadOutcome
{
    private UploadOutcome() { }

    /// <summary>The content is new and is now the newest version.</summary>
    public sealed record Stored(DatasetVersion Version) : UploadOutcome;

    /// <summary>The data set has had this very content before; nothing has changed.</summary>
    public sealed record AlreadyStored(DatasetVersion Version) : UploadOutcome;

    /// <summary>The file is no table; nothing was stored.</summary>
    /// <param name="Line">The line of the file on which the row starts, counting from 1.</param>
    /// <param name="Column">The column's name, or null if the fault is not one column's.</param>
    /// <param name="Reason">What is wrong, a sentence.</param>
    public sealed record Malformed(int Line, string? Column, string Reason) : UploadOutcome;

    /// <summary>The file is longer than <paramref name="Limit"/> bytes; nothing was stored.</summary>
    public sealed record TooLarge(long Limit) : UploadOutcome;

    /// <summary>The file breaks a critical expectation of the suite that guards uploads; nothing was stored.</summary>
    public sealed record Rejected(ValidationResult Result) : UploadOutcome;
}
