namespace Mlops.Onnx;

/// <summary>Where a model's own scores lie among the signature's outputs.</summary>
/// <param name="Outputs">How many outputs a row has.</param>
/// <param name="Scores">How many scores the model gives a row; one, where there are two outputs, is that of the positive class.</param>
/// <param name="Columns">For each of the model's own classes its index in the signature's; null if they are in the same order.</param>
internal sealed record ScoreOrder(int Outputs, int Scores, int[]? Columns)
{
    /// <summary>Whether the outputs are the scores.</summary>
    public bool IsSame => Outputs == Scores && Columns is null;

    /// <param name="scores">Row-major [rows, <see cref="Scores"/>] or more.</param>
    /// <param name="outputs">Row-major [rows, <see cref="Outputs"/>].</param>
    public void Copy(ReadOnlySpan<float> scores, Span<float> outputs)
    {
        if (Scores is 1 && Outputs is 2)
        {
            var positive = Columns is [1, 0] ? 0 : 1;
            for (var row = 0; row < outputs.Length / 2; row++)
            {
                outputs[2 * row + positive] = scores[row];
                outputs[2 * row + 1 - positive] = 1 - scores[row];
            }
        }
        else if (Columns is { } columns)
        {
            for (var i = 0; i < outputs.Length; i++)
            {
                outputs[i - (i % columns.Length) + columns[i % columns.Length]] = scores[i];
            }
        }
        else
        {
            scores[..outputs.Length].CopyTo(outputs);
        }
    }
}
