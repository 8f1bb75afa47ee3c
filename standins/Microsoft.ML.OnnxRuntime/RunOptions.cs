using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>How a run is done, and the way to end it early.</summary>
public class RunOptions : SafeHandle
{
    private OrtLoggingLevel _logSeverity = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
    private bool _terminate;

    public unsafe RunOptions()
        : base(0, ownsHandle: true)
    {
        nint options;
        NativeApi.Check(NativeApi.CreateRunOptions(&options));
        handle = options;
    }

    public override bool IsInvalid => handle == 0;

    public unsafe OrtLoggingLevel LogSeverityLevel
    {
        get => _logSeverity;
        set
        {
            NativeApi.Check(NativeApi.RunOptionsSetRunLogSeverityLevel(Handle, (int)value));
            _logSeverity = value;
        }
    }

    public unsafe bool Terminate
    {
        get => _terminate;
        set
        {
            NativeApi.Check(value ? NativeApi.RunOptionsSetTerminate(Handle) : NativeApi.RunOptionsUnsetTerminate(Handle));
            _terminate = value;
        }
    }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsInvalid, this);
            return handle;
        }
    }

    public unsafe void AddRunConfigEntry(string configKey, string configValue)
    {
        fixed (byte* key = NativeApi.Utf8(configKey), value = NativeApi.Utf8(configValue))
        {
            NativeApi.Check(NativeApi.AddRunConfigEntry(Handle, key, value));
        }
    }

    protected override unsafe bool ReleaseHandle()
    {
        NativeApi.ReleaseRunOptions(handle);
        handle = 0;
        return true;
    }
}
