using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace Mlops.Onnx;

/// <summary>What ONNX Runtime says of a failure, fit to be shown to a caller: one line, bounded, without places in its sources.</summary>
/// <remarks>
/// Models are loaded from memory, so that no file of ours is named; names of nodes, which look like paths in graphs of PyTorch, stay.
/// </remarks>
internal static partial class RuntimeWords
{
    private const int MaximumLength = 400;

    public static string Of(OnnxRuntimeException failure)
    {
        var words = Blank().Replace(SourcePlace().Replace(failure.Message, ""), " ").Trim();
        return words.Length <= MaximumLength ? words : string.Concat(words.AsSpan(0, MaximumLength), "…");
    }

    [GeneratedRegex(@"\S*/\S+\.(?:cc|cpp|cu|h|hpp)\b(?::\d+)?")]
    private static partial Regex SourcePlace();

    [GeneratedRegex(@"[\s\p{Cc}]+")]
    private static partial Regex Blank();
}
