using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Inputs and outputs tied to names ahead of the run.</summary>
public class OrtIoBinding : SafeHandle
{
    internal unsafe OrtIoBinding(nint session)
        : base(0, ownsHandle: true)
    {
        nint binding;
        NativeApi.Check(NativeApi.CreateIoBinding(session, &binding));
        handle = binding;
    }

    public override bool IsInvalid => handle == 0;

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsInvalid, this);
            return handle;
        }
    }

    public unsafe void BindInput(string name, OrtValue ortValue)
    {
        fixed (byte* utf8 = NativeApi.Utf8(name))
        {
            NativeApi.Check(NativeApi.BindInput(Handle, utf8, ortValue.Handle));
        }

        GC.KeepAlive(ortValue);
    }

    public unsafe void BindOutput(string name, OrtValue ortValue)
    {
        fixed (byte* utf8 = NativeApi.Utf8(name))
        {
            NativeApi.Check(NativeApi.BindOutput(Handle, utf8, ortValue.Handle));
        }

        GC.KeepAlive(ortValue);
    }

    public unsafe void BindOutputToDevice(string name, OrtMemoryInfo memInfo)
    {
        fixed (byte* utf8 = NativeApi.Utf8(name))
        {
            NativeApi.Check(NativeApi.BindOutputToDevice(Handle, utf8, memInfo.Handle));
        }

        GC.KeepAlive(memInfo);
    }

    public unsafe IDisposableReadOnlyCollection<OrtValue> GetOutputValues()
    {
        nint* values;
        nuint count;
        NativeApi.Check(NativeApi.GetBoundOutputValues(Handle, NativeApi.DefaultAllocator, &values, &count));
        var owned = new OrtValue[count];
        for (nuint i = 0; i < count; i++)
        {
            owned[i] = new OrtValue(values[i]);
        }

        if (count > 0)
        {
            NativeApi.Check(NativeApi.AllocatorFree(NativeApi.DefaultAllocator, values));
        }

        return new OwnedValues(owned);
    }

    public unsafe void ClearBoundInputs() => NativeApi.ClearBoundInputs(Handle);

    public unsafe void ClearBoundOutputs() => NativeApi.ClearBoundOutputs(Handle);

    protected override unsafe bool ReleaseHandle()
    {
        NativeApi.ReleaseIoBinding(handle);
        handle = 0;
        return true;
    }
}
