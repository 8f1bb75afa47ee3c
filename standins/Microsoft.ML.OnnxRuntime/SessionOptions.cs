using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>How a session loads and runs its model.</summary>
public class SessionOptions : SafeHandle
{
    private int _intraOpThreads;
    private int _interOpThreads;
    private bool _memoryPattern = true;
    private bool _cpuMemoryArena = true;
    private string _logId = string.Empty;
    private OrtLoggingLevel _logSeverity = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
    private GraphOptimizationLevel _optimization = GraphOptimizationLevel.ORT_ENABLE_ALL;
    private ExecutionMode _executionMode = ExecutionMode.ORT_SEQUENTIAL;

    public unsafe SessionOptions()
        : base(0, ownsHandle: true)
    {
        nint options;
        NativeApi.Check(NativeApi.CreateSessionOptions(&options));
        handle = options;
    }

    public override bool IsInvalid => handle == 0;

    public unsafe int IntraOpNumThreads
    {
        get => _intraOpThreads;
        set
        {
            NativeApi.Check(NativeApi.SetIntraOpNumThreads(Handle, value));
            _intraOpThreads = value;
        }
    }

    public unsafe int InterOpNumThreads
    {
        get => _interOpThreads;
        set
        {
            NativeApi.Check(NativeApi.SetInterOpNumThreads(Handle, value));
            _interOpThreads = value;
        }
    }

    public unsafe bool EnableMemoryPattern
    {
        get => _memoryPattern;
        set
        {
            NativeApi.Check(value ? NativeApi.EnableMemPattern(Handle) : NativeApi.DisableMemPattern(Handle));
            _memoryPattern = value;
        }
    }

    public unsafe bool EnableCpuMemArena
    {
        get => _cpuMemoryArena;
        set
        {
            NativeApi.Check(value ? NativeApi.EnableCpuMemArena(Handle) : NativeApi.DisableCpuMemArena(Handle));
            _cpuMemoryArena = value;
        }
    }

    public unsafe string LogId
    {
        get => _logId;
        set
        {
            fixed (byte* id = NativeApi.Utf8(value))
            {
                NativeApi.Check(NativeApi.SetSessionLogId(Handle, id));
            }

            _logId = value;
        }
    }

    public unsafe OrtLoggingLevel LogSeverityLevel
    {
        get => _logSeverity;
        set
        {
            NativeApi.Check(NativeApi.SetSessionLogSeverityLevel(Handle, (int)value));
            _logSeverity = value;
        }
    }

    public unsafe GraphOptimizationLevel GraphOptimizationLevel
    {
        get => _optimization;
        set
        {
            NativeApi.Check(NativeApi.SetSessionGraphOptimizationLevel(Handle, (int)value));
            _optimization = value;
        }
    }

    public unsafe ExecutionMode ExecutionMode
    {
        get => _executionMode;
        set
        {
            NativeApi.Check(NativeApi.SetSessionExecutionMode(Handle, (int)value));
            _executionMode = value;
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

    public unsafe void AddSessionConfigEntry(string configKey, string configValue)
    {
        fixed (byte* key = NativeApi.Utf8(configKey), value = NativeApi.Utf8(configValue))
        {
            NativeApi.Check(NativeApi.AddSessionConfigEntry(Handle, key, value));
        }
    }

    protected override unsafe bool ReleaseHandle()
    {
        NativeApi.ReleaseSessionOptions(handle);
        handle = 0;
        return true;
    }
}
