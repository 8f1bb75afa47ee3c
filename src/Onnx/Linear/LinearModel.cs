using System.Runtime.Intrinsics;

namespace Mlops.Onnx;

/// <summary>Sums of weights times numbers and what they are made into, in the order in which ONNX Runtime adds them up.</summary>
/// <remarks>
/// The runtime adds up the products of one row alone in another order than those of several, so that there are two ways here too. On
/// processors for which it has other ways the trial finds a difference, and it is left to the runtime. Safe for concurrent use; scoring
/// allocates nothing once warm.
/// </remarks>
internal sealed class LinearModel : ICompiledModel
{
    private const int MostColumns = 4_096;
    private const int MostOutputs = 256;

    /// <summary>In larger models the runtime's vectors save more than its own cost is.</summary>
    private const int MostWeights = 16_384;

    /// <summary>So many are held at once, of as many rows as have them.</summary>
    private const int MostSums = 1_024;

    private readonly LinearGraph _graph;
    private readonly LinearSums _sums;
    private readonly int _outputs;

    private LinearModel(LinearGraph graph, int columns)
    {
        (_graph, Columns, _outputs) = (graph, columns, graph.Intercepts.Length);
        _sums = new LinearSums(graph, columns);
    }

    public int Columns { get; }

    public int Width => ScoreOutputs.Width(_graph.Output, _outputs);

    /// <returns>Null if the graph is not such a model alone, or one that is not compiled.</returns>
    public static LinearModel? Read(ReadOnlySpan<byte> onnx, GraphBinding binding)
    {
        try
        {
            return binding is { NumericInput: { } input, StringInput: null, Numbers: <= MostColumns and var columns }
                && Vector256.IsHardwareAccelerated
                && LinearGraph.Read(onnx, input, columns, binding.Output)
                    is { Intercepts.Length: <= MostOutputs, Weights.Length: <= MostWeights } graph
                ? new LinearModel(graph, columns)
                : null;
        }
        catch (InvalidDataException)
        {
            // The runtime reads it, this reader does not.
            return null;
        }
    }

    public void Score(ReadOnlySpan<float> rows, Span<float> scores)
    {
        var isAlone = rows.Length == Columns;
        var most = Math.Max(1, Math.Min(MostColumns / Columns, MostSums / _outputs));
        Span<float> prepared = stackalloc float[_graph.Inputs.AreAsTheyCome ? 0 : most * Columns];
        Span<float> sums = stackalloc float[most * _outputs];
        while (rows.Length > 0)
        {
            var count = Math.Min(most, rows.Length / Columns);
            var part = rows[..(count * Columns)];
            _sums.Sum(_graph.Inputs.AreAsTheyCome ? part : Prepare(part, prepared), isAlone, sums);
            for (var row = 0; row < count; row++)
            {
                ScoreOutputs.Write(_graph.Output, sums.Slice(row * _outputs, _outputs), scores.Slice(row * Width, Width));
            }

            rows = rows[part.Length..];
            scores = scores[(count * Width)..];
        }
    }

    /// <remarks>
    /// Numbers such as the weights suggest, from far below to far above, in the second half of the rows also zeros, infinities and missing
    /// values.
    /// </remarks>
    public float[] DrawHardRows(Random random, int rows)
    {
        var numbers = new float[rows * Columns];
        for (var i = 0; i < numbers.Length; i++)
        {
            var (offset, scale) = (_graph.Inputs.Offsets?[i % Columns] ?? 0, _graph.Inputs.Scales?[i % Columns] ?? 1);
            var spread = Math.Pow(10, (random.NextDouble() * 4) - 3) / (scale is 0 ? 1 : scale);
            numbers[i] = random.Next(i < numbers.Length / 2 ? 36 : 40) switch
            {
                36 => 0,
                37 => random.Next(8 * Columns) is 0 ? float.PositiveInfinity : 1,
                38 => random.Next(8 * Columns) is 0 ? float.NegativeInfinity : -1,
                39 => random.Next(2 * Columns) is 0 ? float.NaN : offset,
                _ => (float)(offset + (((2 * random.NextDouble()) - 1) * spread)),
            };
        }

        return numbers;
    }

    /// <returns>As many rows, filled and scaled.</returns>
    private ReadOnlySpan<float> Prepare(ReadOnlySpan<float> rows, Span<float> prepared)
    {
        rows.CopyTo(prepared);
        var (fills, offsets, scales) = _graph.Inputs;
        for (var at = 0; at < rows.Length; at += Columns)
        {
            var row = prepared.Slice(at, Columns);
            for (var i = 0; i < row.Length && fills is not null; i++)
            {
                row[i] = float.IsNaN(row[i]) ? fills[i] : row[i];
            }

            for (var i = 0; i < row.Length && offsets is not null && scales is not null; i++)
            {
                row[i] = (row[i] - offsets[i]) * scales[i];
            }
        }

        return prepared[..rows.Length];
    }
}
