namespace Microsoft.ML.OnnxRuntime;

internal enum NativeErrorCode
{
    Ok, Fail, InvalidArgument, NoSuchFile, NoModel, EngineError, RuntimeException, InvalidProtobuf, ModelLoaded, NotImplemented,
    InvalidGraph, ShapeInferenceNotRegistered, RequirementNotRegistered,
}

/// <summary>The native runtime refused a call.</summary>
public class OnnxRuntimeException : Exception
{
    internal OnnxRuntimeException(NativeErrorCode code, string message)
        : base($"[ErrorCode:{code}] {message}")
    {
    }
}
