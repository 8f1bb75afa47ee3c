using System.Buffers;

namespace Mlops.Serving;

/// <summary>The rows of one request in pooled memory, laid out as a model takes them.</summary>
/// <remarks>For one request and one thread at a time; disposing gives the memory back.</remarks>
public sealed class FeatureRows : IDisposable
{
    private readonly int _numbersPerRow;
    private readonly int _stringsPerRow;
    private float[] _numbers = [];
    private string[] _strings = [];

    internal FeatureRows(int numbersPerRow, int stringsPerRow) => (_numbersPerRow, _stringsPerRow) = (numbersPerRow, stringsPerRow);

    public int Count { get; private set; }

    /// <summary>The rows as a batch that is valid until disposal.</summary>
    public FeatureBatch Batch => new(Count, _numbers.AsMemory(0, Count * _numbersPerRow), _strings.AsMemory(0, Count * _stringsPerRow));

    /// <summary>The numbers of all rows, row-major, for readers and steps.</summary>
    internal Span<float> Numbers => _numbers.AsSpan(0, Count * _numbersPerRow);

    /// <summary>The strings of all rows, row-major, for readers and steps.</summary>
    internal Span<string> Strings => _strings.AsSpan(0, Count * _stringsPerRow);

    /// <summary>Makes room for one more row, with arbitrary content.</summary>
    internal void Add() => Resize(Count + 1);

    /// <summary>Makes room for so many rows, with arbitrary content.</summary>
    internal void Resize(int rows)
    {
        Count = rows;
        Grow(ref _numbers, Count * _numbersPerRow);
        Grow(ref _strings, Count * _stringsPerRow);
    }

    /// <summary>The numbers of the last row.</summary>
    internal Span<float> Last => _numbers.AsSpan((Count - 1) * _numbersPerRow, _numbersPerRow);

    /// <summary>Takes all rows out; their memory stays for others.</summary>
    internal void Clear() => Count = 0;

    /// <summary>Sets a number of a row.</summary>
    internal void Set(int row, int slot, float value) => _numbers[(row * _numbersPerRow) + slot] = value;

    /// <summary>Sets a string of a row.</summary>
    internal void Set(int row, int slot, string value) => _strings[(row * _stringsPerRow) + slot] = value;

    public void Dispose()
    {
        Return(_numbers);
        Return(_strings);
        (_numbers, _strings, Count) = ([], [], 0);
    }

    private static void Grow<T>(ref T[] rented, int needed)
    {
        if (needed <= rented.Length)
        {
            return;
        }

        var larger = ArrayPool<T>.Shared.Rent(Math.Max(needed, rented.Length * 2));
        rented.CopyTo(larger, 0);
        Return(rented);
        rented = larger;
    }

    private static void Return<T>(T[] rented)
    {
        if (rented.Length > 0)
        {
            ArrayPool<T>.Shared.Return(rented, clearArray: typeof(T) == typeof(string));
        }
    }
}
