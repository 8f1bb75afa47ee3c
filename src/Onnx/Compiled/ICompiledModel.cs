namespace Mlops.Onnx;

/// <summary>A model over numbers alone that is scored without ONNX Runtime. Safe for concurrent use.</summary>
internal interface ICompiledModel
{
    /// <summary>How many columns a row has.</summary>
    int Columns { get; }

    /// <summary>How many scores a row gets.</summary>
    int Width { get; }

    /// <param name="rows">Row-major [rows, <see cref="Columns"/>].</param>
    /// <param name="scores">Row-major [rows, <see cref="Width"/>].</param>
    void Score(ReadOnlySpan<float> rows, Span<float> scores);

    /// <summary>Rows on which it would go wrong if it went wrong: row-major [rows, <see cref="Columns"/>].</summary>
    float[] DrawHardRows(Random random, int rows);
}
