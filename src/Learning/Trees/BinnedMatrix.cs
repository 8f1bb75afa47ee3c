using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Mlops.Learning;

/// <summary>A table with every value replaced by the number of its bin, one byte each.</summary>
/// <remarks>
/// Columns that tell rows apart lie in tiles of up to eight, row by row within a tile, so that what a row adds to the histograms of
/// eight columns is looked up once. Columns of one bin are not stored.
/// </remarks>
internal sealed class BinnedMatrix
{
    private const int TileWidth = 8;
    private const int SampleRows = 200_000;
    private const int BlockRows = 1_024;

    private readonly ulong[][] _tiles;
    private readonly (int Tile, int Lane)[] _places;

    /// <param name="spare">Arrays of as many as there are rows, which tiles are made of before any is allocated.</param>
    private BinnedMatrix(int rows, FeatureBins[] columns, ConcurrentBag<ulong[]> spare)
    {
        (Rows, Columns) = (rows, columns);
        Usable = [.. Enumerable.Range(0, columns.Length).Where(column => columns[column].IsUsable)];

        // An even number of tiles of like width keeps two threads busy alike.
        var tiles = (Usable.Length + TileWidth - 1) / TileWidth;
        tiles += tiles % 2 is 1 && tiles < Usable.Length ? 1 : 0;
        _tiles = new ulong[tiles][];
        _places = new (int, int)[columns.Length];
        for (var tile = 0; tile < tiles; tile++)
        {
            _tiles[tile] = spare.TryTake(out var room) ? room : new ulong[rows];
            var (first, count) = Slots(tile);
            for (var lane = 0; lane < count; lane++)
            {
                _places[Usable[first + lane]] = (tile, lane);
            }
        }
    }

    public int Rows { get; }

    public FeatureBins[] Columns { get; }

    /// <summary>The columns that tell rows apart, ascending. The index of one in here is its slot.</summary>
    public int[] Usable { get; }

    public int Tiles => _tiles.Length;

    /// <summary>The bins of every row in the columns of a tile, a byte each, that of the first slot lowest; other bytes may be anything.</summary>
    public ReadOnlySpan<ulong> Tile(int tile) => _tiles[tile];

    /// <summary>The slots of the columns in a tile.</summary>
    public (int First, int Count) Slots(int tile)
    {
        var first = Chunks.Start(tile, Tiles, Usable.Length);
        return (first, Chunks.Start(tile + 1, Tiles, Usable.Length) - first);
    }

    /// <summary>The bin of row r in a column is at 8 r.</summary>
    public ReadOnlySpan<byte> Bins(int column)
    {
        var (tile, lane) = _places[column];
        return MemoryMarshal.AsBytes(_tiles[tile].AsSpan())[lane..];
    }

    public byte Bin(int column, int row)
    {
        var (tile, lane) = _places[column];
        return (byte)(_tiles[tile][row] >> (8 * lane));
    }

    /// <summary>Learns bins from at most 200,000 rows, drawn at random if there are more, and applies them to all.</summary>
    /// <param name="levels">How many categories each column ranks; 0 for numbers.</param>
    public static BinnedMatrix Build(
        LazyColumn[] columns, IReadOnlyList<int> levels, int rows, int maxBins, DeterministicRandom random, int threads)
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

        // Putting a column in order takes four bytes a row twice: as much as a tile, which that room becomes.
        var bins = new FeatureBins[columns.Length];
        var spare = new ConcurrentBag<ulong[]>();
        Chunks.Run(threads, columns.Length, column =>
        {
            var room = spare.TryTake(out var used) ? used : new ulong[rows];
            var values = MemoryMarshal.Cast<ulong, float>(room.AsSpan())[..rows];
            columns[column](0, values);
            bins[column] = Learn(values, MemoryMarshal.Cast<ulong, uint>(room.AsSpan())[rows..], sample, levels[column], maxBins);
            spare.Add(room);
        });
        return Fill(new BinnedMatrix(rows, bins, spare), columns, threads);
    }

    /// <summary>Other rows, in the bins of these.</summary>
    public BinnedMatrix Apply(LazyColumn[] columns, int rows, int threads) =>
        Fill(new BinnedMatrix(rows, Columns, []), columns, threads);

    /// <summary>Some of the rows, in this order.</summary>
    public BinnedMatrix Take(int[] rows, int threads)
    {
        var taken = new BinnedMatrix(rows.Length, Columns, []);
        Chunks.Run(threads, Tiles, tile =>
        {
            var (source, target) = (_tiles[tile], taken._tiles[tile]);
            for (var i = 0; i < rows.Length; i++)
            {
                target[i] = source[rows[i]];
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

    private static BinnedMatrix Fill(BinnedMatrix matrix, LazyColumn[] columns, int threads)
    {
        Chunks.Run(threads, matrix.Tiles, tile =>
        {
            Span<float> values = stackalloc float[BlockRows];
            var bins = MemoryMarshal.AsBytes(matrix._tiles[tile].AsSpan());
            var (first, count) = matrix.Slots(tile);
            for (var start = 0; start < matrix.Rows; start += BlockRows)
            {
                var some = values[..Math.Min(BlockRows, matrix.Rows - start)];
                for (var slot = first; slot < first + count; slot++)
                {
                    var column = matrix.Usable[slot];
                    columns[column](start, some);
                    matrix.Columns[column].FindAll(some, bins[((8 * start) + slot - first)..]);
                }
            }
        });
        return matrix;
    }
}
