using Microsoft.ML.OnnxRuntime;

namespace Mlops.Onnx;

public static class OnnxRuntimeVersion
{
    /// <summary>Of the native library that scores, as <c>1.23.0</c>.</summary>
    public static string Current => OrtEnv.Instance().GetVersionString();
}
