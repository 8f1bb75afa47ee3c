using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The process's one environment: logging and, where there are any, shared threads.</summary>
public sealed class OrtEnv : SafeHandle
{
    private static readonly Lazy<OrtEnv> Created = new(() => new OrtEnv());

    private unsafe OrtEnv()
        : base(0, ownsHandle: true)
    {
        fixed (byte* name = NativeApi.Utf8("CSharpOnnxRuntime"))
        {
            nint env;
            NativeApi.Check(NativeApi.CreateEnv((int)OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING, name, &env));
            handle = env;
        }
    }

    public static bool IsCreated => Created.IsValueCreated;

    public override bool IsInvalid => handle == 0;

    internal nint Handle => handle;

    public static OrtEnv Instance() => Created.Value;

    public string GetVersionString() => NativeApi.VersionString;

    public unsafe void EnableTelemetryEvents() => NativeApi.Check(NativeApi.EnableTelemetryEvents(handle));

    public unsafe void DisableTelemetryEvents() => NativeApi.Check(NativeApi.DisableTelemetryEvents(handle));

    public unsafe string[] GetAvailableProviders()
    {
        byte** names;
        int count;
        NativeApi.Check(NativeApi.GetAvailableProviders(&names, &count));
        var providers = new string[count];
        for (var i = 0; i < count; i++)
        {
            providers[i] = NativeApi.Text(names[i]);
        }

        NativeApi.Check(NativeApi.ReleaseAvailableProviders(names, count));
        return providers;
    }

    protected override unsafe bool ReleaseHandle()
    {
        NativeApi.ReleaseEnv(handle);
        handle = 0;
        return true;
    }
}
