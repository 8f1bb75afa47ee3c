namespace Mlops.Data;

/// <summary>Where and why a file is not the CSV that <see cref="CsvReader"/> takes.</summary>
/// <param name="Line">The line of the file on which the row starts, counting from 1; the header is line 1 unless blank lines
/// precede it.</param>
/// <param name="Column">The column's name, or null if the fault is the whole row's.</param>
/// <param name="Reason">What is wrong there, a sentence for the person whose file it is.</param>
public sealed record CsvFault(int Line, string? Column, string Reason);

/// <summary>How much of everything a CSV file may have.</summary>
/// <param name="MaxColumns">The most columns.</param>
/// <param name="MaxNameLength">The longest column name, in UTF-16 units.</param>
/// <param name="MaxFieldBytes">The longest value, in bytes between its quotes.</param>
/// <param name="MaxRowBytes">The longest row, in bytes.</param>
public sealed record CsvLimits(
    int MaxColumns = 10_000, int MaxNameLength = 256, int MaxFieldBytes = 1024 * 1024, int MaxRowBytes = 16 * 1024 * 1024)
{
    public static readonly CsvLimits Default = new();
}
