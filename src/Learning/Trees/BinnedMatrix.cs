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

    private readonly ulong[][] _tiles;
    private readonly (int Tile, int Lane)[] _places;

    private BinnedMatrix(int rows, FeatureBins[] columns)
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
            _tiles[tile] = new ulong[rows];
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

    /// <summary>The bins of every row in the columns of a tile, a byte each, that of the first slot lowest.</summary>
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

        var bins = new FeatureBins[columns.Length];
        var spare = new ConcurrentBag<Scratch>();
        Chunks.Run(threads, columns.Length, column =>
        {
            var scratch = Scratch.Rent(spare, rows);
            columns[column](scratch.Values);
            var hasMissing = scratch.HasMissing;
            bins[column] = levels[column] > 0
                ? FeatureBins.OfCategories(levels[column], hasMissing, scratch.HasPresent, maxBins)
                : FeatureBins.Learn(scratch.Take(sample), scratch.Spare, hasMissing, maxBins);
            spare.Add(scratch);
        });
        return Fill(new BinnedMatrix(rows, bins), columns, spare, threads);
    }

    /// <summary>Other rows, in the bins of these.</summary>
    public BinnedMatrix Apply(LazyColumn[] columns, int rows, int threads) =>
        Fill(new BinnedMatrix(rows, Columns), columns, [], threads);

    /// <summary>Some of the rows, in this order.</summary>
    public BinnedMatrix Take(int[] rows, int threads)
    {
        var taken = new BinnedMatrix(rows.Length, Columns);
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

    private static BinnedMatrix Fill(BinnedMatrix matrix, LazyColumn[] columns, ConcurrentBag<Scratch> spare, int threads)
    {
        Chunks.Run(threads, matrix.Tiles, tile =>
        {
            var scratch = Scratch.Rent(spare, matrix.Rows);
            var (first, count) = matrix.Slots(tile);
            for (var slot = first; slot < first + count; slot++)
            {
                var column = matrix.Usable[slot];
                columns[column](scratch.Values);
                matrix.Columns[column].FindAll(scratch.Values, MemoryMarshal.AsBytes(matrix._tiles[tile].AsSpan())[(slot - first)..]);
            }

            spare.Add(scratch);
        });
        return matrix;
    }

    /// <summary>Room for one column: as many as there are threads are made, not as many as there are columns.</summary>
    private sealed class Scratch(int rows)
    {
        private uint[]? _spare;

        public float[] Values { get; } = new float[rows];

        /// <summary>Room to sort with; needed only where bins are learned.</summary>
        public uint[] Spare => _spare ??= new uint[Math.Min(rows, SampleRows)];

        public bool HasMissing => Array.Exists(Values, float.IsNaN);

        public bool HasPresent => Array.Exists(Values, value => !float.IsNaN(value));

        public static Scratch Rent(ConcurrentBag<Scratch> spare, int rows) => spare.TryTake(out var scratch) ? scratch : new Scratch(rows);

        /// <summary>The values of these rows, ascending, which then stand first; of all if there is no sample.</summary>
        public Span<float> Take(int[] sample)
        {
            for (var i = 0; i < sample.Length; i++)
            {
                Values[i] = Values[sample[i]];
            }

            return Values.AsSpan(0, sample.Length is 0 ? Values.Length : sample.Length);
        }
    }
}
