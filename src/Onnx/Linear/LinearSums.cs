using System.Runtime.Intrinsics;

namespace Mlops.Onnx;

/// <summary>Adds up weights times numbers in the orders of ONNX Runtime's kernels for x64.</summary>
/// <remarks>
/// The orders were found by trying them against the runtime's results (1.31, AVX-512), not read from its source. Several rows: each
/// output by itself, one fused product after the other; Gemm begins anew after 256 of them. One row of the learning operators: in
/// eight lanes, without fusing, which are added up in an order that depends on how many outputs are done together: four, two or one.
/// </remarks>
internal sealed class LinearSums
{
    private const int Lanes = 8;
    private const int Together = 4;
    private const int GemmBlock = 256;

    private readonly int _columns;
    private readonly int _outputs;
    private readonly int _block;
    private readonly bool _hasOwnWayOfOne;

    /// <summary>Padded with zeros to whole groups.</summary>
    private readonly float[] _intercepts;

    /// <summary>[outputs, columns], the columns of each padded with zeros to whole vectors.</summary>
    private readonly float[] _byOutput;
    private readonly int _padded;

    /// <summary>[columns, outputs], the outputs of each padded with zeros to whole groups.</summary>
    private readonly float[] _byColumn;
    private readonly int _groups;

    public LinearSums(LinearGraph graph, int columns)
    {
        (_columns, _outputs) = (columns, graph.Intercepts.Length);
        (_block, _hasOwnWayOfOne) = graph.Operator is LinearOperator.Gemm ? (GemmBlock, false) : (columns, true);
        _padded = (columns + Lanes - 1) / Lanes * Lanes;
        _groups = (_outputs + Together - 1) / Together;
        _intercepts = new float[_groups * Together];
        graph.Intercepts.CopyTo(_intercepts, 0);
        (_byOutput, _byColumn) = (new float[_outputs * _padded], new float[columns * _groups * Together]);
        for (var i = 0; i < graph.Weights.Length; i++)
        {
            var (output, column) = (i / columns, i % columns);
            _byOutput[(output * _padded) + column] = graph.Weights[i];
            _byColumn[(column * _groups * Together) + output] = graph.Weights[i];
        }
    }

    /// <param name="rows">Row-major [rows, columns].</param>
    /// <param name="isAlone">Whether it is one row that is scored with no others.</param>
    /// <param name="sums">Row-major [rows, outputs].</param>
    public void Sum(ReadOnlySpan<float> rows, bool isAlone, Span<float> sums)
    {
        if (isAlone && _hasOwnWayOfOne)
        {
            SumOne(rows, sums);
            return;
        }

        var count = rows.Length / _columns;
        var row = 0;
        for (; row + Together <= count; row += Together)
        {
            SumFour(rows.Slice(row * _columns, Together * _columns), sums[(row * _outputs)..]);
        }

        for (; row < count; row++)
        {
            SumEach(rows.Slice(row * _columns, _columns), sums[(row * _outputs)..]);
        }
    }

    private void SumOne(ReadOnlySpan<float> row, Span<float> sums)
    {
        Span<float> padded = stackalloc float[_padded];
        row.CopyTo(padded);
        padded[_columns..].Clear();
        Span<float> lane = stackalloc float[Lanes];
        for (var output = 0; output < _outputs; output++)
        {
            var weights = _byOutput.AsSpan(output * _padded, _padded);
            var sum = Vector256<float>.Zero;
            for (var at = 0; at < _padded; at += Lanes)
            {
                sum += Vector256.Create<float>(padded.Slice(at, Lanes)) * Vector256.Create<float>(weights.Slice(at, Lanes));
            }

            sum.CopyTo(lane);
            var left = _outputs - (output / Together * Together);
            var total = left >= Together
                ? lane[0] + lane[1] + lane[2] + lane[3] + (lane[4] + lane[5] + lane[6] + lane[7])
                : left >= 2 && output % Together < 2
                ? lane[0] + lane[2] + (lane[4] + lane[6]) + (lane[1] + lane[3] + (lane[5] + lane[7]))
                : lane[0] + lane[1] + (lane[2] + lane[3]) + (lane[4] + lane[5] + (lane[6] + lane[7]));
            sums[output] = total + _intercepts[output];
        }
    }

    private void SumEach(ReadOnlySpan<float> row, Span<float> sums)
    {
        for (var group = 0; group < _groups; group++)
        {
            var total = Intercepts(group);
            for (var begin = 0; begin < _columns; begin += _block)
            {
                var sum = Vector128<float>.Zero;
                for (var column = begin; column < Math.Min(begin + _block, _columns); column++)
                {
                    sum = Vector128.FusedMultiplyAdd(Vector128.Create(row[column]), Weights(column, group), sum);
                }

                total += sum;
            }

            Store(total, group, sums);
        }
    }

    /// <summary>Four rows side by side, since a sum waits for the one before it.</summary>
    private void SumFour(ReadOnlySpan<float> rows, Span<float> sums)
    {
        var first = rows[.._columns];
        var second = rows.Slice(_columns, _columns);
        var third = rows.Slice(2 * _columns, _columns);
        var fourth = rows.Slice(3 * _columns, _columns);
        for (var group = 0; group < _groups; group++)
        {
            var (a, b, c, d) = (Intercepts(group), Intercepts(group), Intercepts(group), Intercepts(group));
            for (var begin = 0; begin < _columns; begin += _block)
            {
                var (one, two, three, four) =
                    (Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero, Vector128<float>.Zero);
                for (var column = begin; column < Math.Min(begin + _block, _columns); column++)
                {
                    var weights = Weights(column, group);
                    one = Vector128.FusedMultiplyAdd(Vector128.Create(first[column]), weights, one);
                    two = Vector128.FusedMultiplyAdd(Vector128.Create(second[column]), weights, two);
                    three = Vector128.FusedMultiplyAdd(Vector128.Create(third[column]), weights, three);
                    four = Vector128.FusedMultiplyAdd(Vector128.Create(fourth[column]), weights, four);
                }

                (a, b, c, d) = (a + one, b + two, c + three, d + four);
            }

            Store(a, group, sums);
            Store(b, group, sums[_outputs..]);
            Store(c, group, sums[(2 * _outputs)..]);
            Store(d, group, sums[(3 * _outputs)..]);
        }
    }

    private Vector128<float> Weights(int column, int group) =>
        Vector128.Create<float>(_byColumn.AsSpan(((column * _groups) + group) * Together, Together));

    private Vector128<float> Intercepts(int group) => Vector128.Create<float>(_intercepts.AsSpan(group * Together, Together));

    private void Store(Vector128<float> totals, int group, Span<float> sums)
    {
        var first = group * Together;
        for (var i = 0; i < Math.Min(Together, _outputs - first); i++)
        {
            sums[first + i] = totals[i];
        }
    }
}
