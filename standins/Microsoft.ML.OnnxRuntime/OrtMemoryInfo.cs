using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Where memory is and how it is allocated.</summary>
public class OrtMemoryInfo : SafeHandle
{
    private static readonly Lazy<OrtMemoryInfo> Cpu = new(CreateCpu);

    public unsafe OrtMemoryInfo(string allocatorName, OrtAllocatorType allocatorType, int deviceId, OrtMemType memoryType)
        : base(0, ownsHandle: true)
    {
        fixed (byte* name = NativeApi.Utf8(allocatorName))
        {
            nint info;
            NativeApi.Check(NativeApi.CreateMemoryInfo(name, (int)allocatorType, deviceId, (int)memoryType, &info));
            handle = info;
        }
    }

    private OrtMemoryInfo(nint info)
        : base(0, ownsHandle: true) => handle = info;

    public static OrtMemoryInfo DefaultInstance => Cpu.Value;

    public override bool IsInvalid => handle == 0;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsInvalid, this);
            return handle;
        }
    }

    protected override unsafe bool ReleaseHandle()
    {
        NativeApi.ReleaseMemoryInfo(handle);
        handle = 0;
        return true;
    }

    private static unsafe OrtMemoryInfo CreateCpu()
    {
        nint info;
        NativeApi.Check(NativeApi.CreateCpuMemoryInfo((int)OrtAllocatorType.DeviceAllocator, (int)OrtMemType.Default, &info));
        return new OrtMemoryInfo(info);
    }
}

/// <summary>An allocator of native memory.</summary>
public class OrtAllocator : SafeHandle
{
    private static readonly Lazy<OrtAllocator> Default = new(() => new OrtAllocator(NativeApi.DefaultAllocator));

    private OrtAllocator(nint allocator)
        : base(0, ownsHandle: false) => handle = allocator;

    public static OrtAllocator DefaultInstance => Default.Value;

    public override bool IsInvalid => handle == 0;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsInvalid, this);
            return handle;
        }
    }

    protected override bool ReleaseHandle() => true;
}
