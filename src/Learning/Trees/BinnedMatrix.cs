using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>A table with every value replaced by the number of its bin, one byte each.</summary>
/// <remarks>
/// Columns that tell rows apart lie in tiles of up to eight, row by row within a tile, so that what a row adds to the histograms of
/// eight columns is looked up once. Columns of one bin are not stored, and the columns of a one-hot category together:
/// see <see cref="BinSlots"/>.
/// </remarks>
internal sealed class BinnedMatrix
{
    private const int TileWidth = 8;
    private const int SampleRows = 200_000;
    private const int BlockRows = 1_024;

    private readonly byte[][] _tiles;
    private readonly ConcurrentBag<int[]> _rooms;
    private readonly (int Tile, int Lane, int Stride, byte Own)[] _places;

    /// <param name="rooms">What <see cref="TakeRoom"/> gives before it allocates.</param>
    private BinnedMatrix(int rows, FeatureBins[] columns, BinSlots slots, ConcurrentBag<int[]> rooms)
    {
        (Rows, Columns, Slots, _rooms) = (rows, columns, slots, rooms);
        _tiles = new byte[(slots.Count + TileWidth - 1) / TileWidth][];
        _places = new (int, int, int, byte)[columns.Length];
        for (var tile = 0; tile < _tiles.Length; tile++)
        {
            var (first, count) = SlotsOf(tile);
            _tiles[tile] = new byte[(rows * count) + Histogram.Overhang];
            for (var lane = 0; lane < count; lane++)
            {
                var sharing = slots[first + lane];
                for (var i = 0; i < sharing.Length; i++)
                {
                    _places[sharing[i]] = (tile, lane, count, sharing.Length is 1 ? (byte)0 : (byte)(i + 1));
                }
            }
        }
    }

    public int Rows { get; }

    public FeatureBins[] Columns { get; }

    /// <summary>The columns that tell rows apart, ascending.</summary>
    public int[] Usable => Slots.Usable;

    /// <summary>How those columns are stored.</summary>
    public BinSlots Slots { get; }

    public int Tiles => _tiles.Length;

    /// <summary>What the slots of a tile have for every row, a byte each, and <see cref="Histogram.Overhang"/> more bytes.</summary>
    public ReadOnlySpan<byte> Tile(int tile) => _tiles[tile];

    /// <summary>The slots in a tile.</summary>
    public (int First, int Count) SlotsOf(int tile)
    {
        var first = Chunks.Start(tile, Tiles, Slots.Count);
        return (first, Chunks.Start(tile + 1, Tiles, Slots.Count) - first);
    }

    /// <summary>What the slot of a column has for each row, some bytes apart: see <see cref="BinOf"/>.</summary>
    public StoredBins Stored(int column)
    {
        var (tile, lane, stride, _) = _places[column];
        return new StoredBins(Tile(tile)[lane..], stride);
    }

    /// <summary>Two integers per row to work with, which nobody else has from here on.</summary>
    public int[] TakeRoom() => _rooms.TryTake(out var room) ? room : new int[2 * Rows];

    /// <summary>The bin of a column that its slot's byte means.</summary>
    public int BinOf(int column, int stored)
    {
        var own = _places[column].Own;
        return own is 0 ? stored : stored == own ? 1 : 0;
    }

    public byte Bin(int column, int row)
    {
        var (tile, lane, stride, own) = _places[column];
        var stored = _tiles[tile][(row * stride) + lane];
        return own is 0 ? stored : stored == own ? (byte)1 : (byte)0;
    }

    /// <summary>Learns bins from at most 200,000 rows, drawn at random if there are more, and applies them to all.</summary>
    /// <param name="levels">How many categories each column ranks; 0 for numbers.</param>
    public static BinnedMatrix Build(
        TreeColumns columns, IReadOnlyList<int> levels, int rows, int maxBins, DeterministicRandom random, int threads)
    {
        int[] sample = [];
        if (rows > SampleRows)
        {
            sample = [.. Enumerable.Range(0, rows)];
            random.Shuffle(sample);
            Array.Resize(ref sample, SampleRows);

            // In the order of rows they are read faster.
            Array.Sort(sample);
        }

        var bins = new FeatureBins[columns.Columns.Length];
        foreach (var category in columns.Indicators)
        {
            category.Learn(sample).CopyTo(bins, category.First);
        }

        // Putting a column in order takes four bytes a row twice: room that is needed for other things afterwards.
        var rooms = new ConcurrentBag<int[]>();
        int[] others = [.. Enumerable.Range(0, bins.Length).Where(column => bins[column] is null)];
        Chunks.Run(threads, others.Length, index =>
        {
            var column = others[index];
            var room = rooms.TryTake(out var used) ? used : new int[2 * rows];
            var values = MemoryMarshal.Cast<int, float>(room.AsSpan(0, rows));
            columns.Columns[column](0, values);
            bins[column] = Learn(values, MemoryMarshal.Cast<int, uint>(room.AsSpan(rows)), sample, levels[column], maxBins);
            rooms.Add(room);
        });
        return Fill(new BinnedMatrix(rows, bins, new BinSlots(bins, columns.Indicators), rooms), columns, threads);
    }

    /// <summary>Other rows, in the bins of these.</summary>
    public BinnedMatrix Apply(TreeColumns columns, int rows, int threads) =>
        Fill(new BinnedMatrix(rows, Columns, Slots, []), columns, threads);

    /// <summary>Some of the rows, in this order.</summary>
    public BinnedMatrix Take(int[] rows, int threads)
    {
        var taken = new BinnedMatrix(rows.Length, Columns, Slots, []);
        Chunks.Run(threads, Tiles, tile =>
        {
            var stride = SlotsOf(tile).Count;
            var (source, target) = (_tiles[tile], taken._tiles[tile]);
            for (var i = 0; i < rows.Length; i++)
            {
                source.AsSpan(rows[i] * stride, stride).CopyTo(target.AsSpan(i * stride));
            }
        });
        return taken;
    }

    /// <param name="values">A column; put in another order.</param>
    /// <param name="spare">Room for as many, to sort with.</param>
    /// <param name="sample">The rows to learn from; empty for all.</param>
    private static FeatureBins Learn(Span<float> values, Span<uint> spare, int[] sample, int levels, int maxBins)
    {
        var hasMissing = values.IndexOf(float.NaN) >= 0;
        if (levels > 0)
        {
            return FeatureBins.OfCategories(levels, hasMissing, values.IndexOfAnyExcept(float.NaN) >= 0, maxBins);
        }

        for (var i = 0; i < sample.Length; i++)
        {
            values[i] = values[sample[i]];
        }

        return FeatureBins.Learn(sample.Length is 0 ? values : values[..sample.Length], spare, hasMissing, maxBins);
    }

    private static BinnedMatrix Fill(BinnedMatrix matrix, TreeColumns columns, int threads)
    {
        Chunks.Run(threads, matrix.Tiles, tile =>
        {
            var (first, count) = matrix.SlotsOf(tile);
            for (var slot = first; slot < first + count; slot++)
            {
                matrix.FillSlot(slot, columns, matrix._tiles[tile].AsSpan(slot - first), count);
            }
        });
        return matrix;
    }

    private void FillSlot(int slot, TreeColumns columns, Span<byte> bins, int stride)
    {
        var column = Slots[slot][0];
        if (Slots[slot].Length > 1)
        {
            var category = columns.Indicators[Slots.Category[column]];
            var bytes = Slots.Bytes(slot, category);
            for (var row = 0; row < Rows; row++)
            {
                var code = category.Codes[row];
                bins[stride * row] = code is CategoryLevels.Unknown ? (byte)0 : bytes[code];
            }

            return;
        }

        Span<float> values = stackalloc float[BlockRows];
        for (var start = 0; start < Rows; start += BlockRows)
        {
            var some = values[..Math.Min(BlockRows, Rows - start)];
            columns.Columns[column](start, some);
            Columns[column].FindAll(some, bins[(stride * start)..], stride);
        }
    }
}

/// <summary>A byte per row; <paramref name="stride"/> apart.</summary>
internal readonly ref struct StoredBins(ReadOnlySpan<byte> bytes, int stride)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public byte this[int row] => _bytes[row * stride];
}
