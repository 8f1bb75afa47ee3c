using System.Buffers;

namespace Mlops.Storage;

/// <summary>Addresses a row: the partition it commits with, and its place in that partition's order.</summary>
/// <remarks>
/// A key part is 1 to 512 printable ASCII characters without <c>/ \ # ? %</c> and without <c>'</c>: what Azure Tables accepts
/// unescaped, and what sorts the same by UTF-8 bytes as by UTF-16 units, so that every adapter orders rows alike. Rows sort by
/// ordinal comparison.
/// </remarks>
public sealed record TableKey
{
    public const int MaxLength = 512;

    private static readonly SearchValues<char> Legal = SearchValues.Create(
        " !\"$&()*+,-.0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    public TableKey(string partition, string row)
    {
        RequireLegal(partition, nameof(partition));
        RequireLegal(row, nameof(row));
        (Partition, Row) = (partition, row);
    }

    public string Partition { get; }

    public string Row { get; }

    /// <summary>Whether <paramref name="part"/> may be a partition or row key.</summary>
    public static bool IsLegal(string part) =>
        part.Length is > 0 and <= MaxLength && !part.AsSpan().ContainsAnyExcept(Legal);

    internal static void RequireLegal(string part, string name)
    {
        if (!IsLegal(part))
        {
            throw new ArgumentException(
                $"'{part}' is not a table key: 1 to {MaxLength} printable ASCII characters without / \\ # ? % and '.", name);
        }
    }
}
