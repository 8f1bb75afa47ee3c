using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The native library's function table. Indexes never change: the table only grows.</summary>
internal static unsafe class NativeApi
{
    private const uint Version = 17;

    private static readonly nint* Table = Load();

    public static readonly delegate* unmanaged<nint, int> GetErrorCode =
        (delegate* unmanaged<nint, int>)Table[1];
    public static readonly delegate* unmanaged<nint, byte*> GetErrorMessage =
        (delegate* unmanaged<nint, byte*>)Table[2];
    public static readonly delegate* unmanaged<int, byte*, nint*, nint> CreateEnv =
        (delegate* unmanaged<int, byte*, nint*, nint>)Table[3];
    public static readonly delegate* unmanaged<nint, nint> EnableTelemetryEvents =
        (delegate* unmanaged<nint, nint>)Table[5];
    public static readonly delegate* unmanaged<nint, nint> DisableTelemetryEvents =
        (delegate* unmanaged<nint, nint>)Table[6];
    public static readonly delegate* unmanaged<nint, void*, nint, nint*, nint> CreateSession =
        (delegate* unmanaged<nint, void*, nint, nint*, nint>)Table[7];
    public static readonly delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint> CreateSessionFromArray =
        (delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)Table[8];
    public static readonly delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> Run =
        (delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)Table[9];
    public static readonly delegate* unmanaged<nint*, nint> CreateSessionOptions =
        (delegate* unmanaged<nint*, nint>)Table[10];
    public static readonly delegate* unmanaged<nint, int, nint> SetSessionExecutionMode =
        (delegate* unmanaged<nint, int, nint>)Table[13];
    public static readonly delegate* unmanaged<nint, nint> EnableMemPattern =
        (delegate* unmanaged<nint, nint>)Table[16];
    public static readonly delegate* unmanaged<nint, nint> DisableMemPattern =
        (delegate* unmanaged<nint, nint>)Table[17];
    public static readonly delegate* unmanaged<nint, nint> EnableCpuMemArena =
        (delegate* unmanaged<nint, nint>)Table[18];
    public static readonly delegate* unmanaged<nint, nint> DisableCpuMemArena =
        (delegate* unmanaged<nint, nint>)Table[19];
    public static readonly delegate* unmanaged<nint, byte*, nint> SetSessionLogId =
        (delegate* unmanaged<nint, byte*, nint>)Table[20];
    public static readonly delegate* unmanaged<nint, int, nint> SetSessionLogSeverityLevel =
        (delegate* unmanaged<nint, int, nint>)Table[22];
    public static readonly delegate* unmanaged<nint, int, nint> SetSessionGraphOptimizationLevel =
        (delegate* unmanaged<nint, int, nint>)Table[23];
    public static readonly delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads =
        (delegate* unmanaged<nint, int, nint>)Table[24];
    public static readonly delegate* unmanaged<nint, int, nint> SetInterOpNumThreads =
        (delegate* unmanaged<nint, int, nint>)Table[25];
    public static readonly delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount =
        (delegate* unmanaged<nint, nuint*, nint>)Table[30];
    public static readonly delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount =
        (delegate* unmanaged<nint, nuint*, nint>)Table[31];
    public static readonly delegate* unmanaged<nint, nuint, nint*, nint> SessionGetInputTypeInfo =
        (delegate* unmanaged<nint, nuint, nint*, nint>)Table[33];
    public static readonly delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOutputTypeInfo =
        (delegate* unmanaged<nint, nuint, nint*, nint>)Table[34];
    public static readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetInputName =
        (delegate* unmanaged<nint, nuint, nint, byte**, nint>)Table[36];
    public static readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOutputName =
        (delegate* unmanaged<nint, nuint, nint, byte**, nint>)Table[37];
    public static readonly delegate* unmanaged<nint*, nint> CreateRunOptions =
        (delegate* unmanaged<nint*, nint>)Table[39];
    public static readonly delegate* unmanaged<nint, int, nint> RunOptionsSetRunLogSeverityLevel =
        (delegate* unmanaged<nint, int, nint>)Table[41];
    public static readonly delegate* unmanaged<nint, nint> RunOptionsSetTerminate =
        (delegate* unmanaged<nint, nint>)Table[46];
    public static readonly delegate* unmanaged<nint, nint> RunOptionsUnsetTerminate =
        (delegate* unmanaged<nint, nint>)Table[47];
    public static readonly delegate* unmanaged<nint, long*, nuint, int, nint*, nint> CreateTensorAsOrtValue =
        (delegate* unmanaged<nint, long*, nuint, int, nint*, nint>)Table[48];
    public static readonly delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint> CreateTensorWithDataAsOrtValue =
        (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)Table[49];
    public static readonly delegate* unmanaged<nint, void**, nint> GetTensorMutableData =
        (delegate* unmanaged<nint, void**, nint>)Table[51];
    public static readonly delegate* unmanaged<nint, nuint*, nint> GetStringTensorDataLength =
        (delegate* unmanaged<nint, nuint*, nint>)Table[53];
    public static readonly delegate* unmanaged<nint, byte*, nuint, nuint*, nuint, nint> GetStringTensorContent =
        (delegate* unmanaged<nint, byte*, nuint, nuint*, nuint, nint>)Table[54];
    public static readonly delegate* unmanaged<nint, nint*, nint> CastTypeInfoToTensorInfo =
        (delegate* unmanaged<nint, nint*, nint>)Table[55];
    public static readonly delegate* unmanaged<nint, int*, nint> GetOnnxTypeFromTypeInfo =
        (delegate* unmanaged<nint, int*, nint>)Table[56];
    public static readonly delegate* unmanaged<nint, int*, nint> GetTensorElementType =
        (delegate* unmanaged<nint, int*, nint>)Table[60];
    public static readonly delegate* unmanaged<nint, nuint*, nint> GetDimensionsCount =
        (delegate* unmanaged<nint, nuint*, nint>)Table[61];
    public static readonly delegate* unmanaged<nint, long*, nuint, nint> GetDimensions =
        (delegate* unmanaged<nint, long*, nuint, nint>)Table[62];
    public static readonly delegate* unmanaged<nint, byte**, nuint, nint> GetSymbolicDimensions =
        (delegate* unmanaged<nint, byte**, nuint, nint>)Table[63];
    public static readonly delegate* unmanaged<nint, nuint*, nint> GetTensorShapeElementCount =
        (delegate* unmanaged<nint, nuint*, nint>)Table[64];
    public static readonly delegate* unmanaged<nint, nint*, nint> GetTensorTypeAndShape =
        (delegate* unmanaged<nint, nint*, nint>)Table[65];
    public static readonly delegate* unmanaged<nint, int*, nint> GetValueType =
        (delegate* unmanaged<nint, int*, nint>)Table[67];
    public static readonly delegate* unmanaged<byte*, int, int, int, nint*, nint> CreateMemoryInfo =
        (delegate* unmanaged<byte*, int, int, int, nint*, nint>)Table[68];
    public static readonly delegate* unmanaged<int, int, nint*, nint> CreateCpuMemoryInfo =
        (delegate* unmanaged<int, int, nint*, nint>)Table[69];
    public static readonly delegate* unmanaged<nint, void*, nint> AllocatorFree =
        (delegate* unmanaged<nint, void*, nint>)Table[76];
    public static readonly delegate* unmanaged<nint*, nint> GetAllocatorWithDefaultOptions =
        (delegate* unmanaged<nint*, nint>)Table[78];
    public static readonly delegate* unmanaged<nint, int, nint, nint*, nint> GetValue =
        (delegate* unmanaged<nint, int, nint, nint*, nint>)Table[80];
    public static readonly delegate* unmanaged<nint, nuint*, nint> GetValueCount =
        (delegate* unmanaged<nint, nuint*, nint>)Table[81];
    public static readonly delegate* unmanaged<nint, void> ReleaseEnv =
        (delegate* unmanaged<nint, void>)Table[92];
    public static readonly delegate* unmanaged<nint, void> ReleaseStatus =
        (delegate* unmanaged<nint, void>)Table[93];
    public static readonly delegate* unmanaged<nint, void> ReleaseMemoryInfo =
        (delegate* unmanaged<nint, void>)Table[94];
    public static readonly delegate* unmanaged<nint, void> ReleaseSession =
        (delegate* unmanaged<nint, void>)Table[95];
    public static readonly delegate* unmanaged<nint, void> ReleaseValue =
        (delegate* unmanaged<nint, void>)Table[96];
    public static readonly delegate* unmanaged<nint, void> ReleaseRunOptions =
        (delegate* unmanaged<nint, void>)Table[97];
    public static readonly delegate* unmanaged<nint, void> ReleaseTypeInfo =
        (delegate* unmanaged<nint, void>)Table[98];
    public static readonly delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo =
        (delegate* unmanaged<nint, void>)Table[99];
    public static readonly delegate* unmanaged<nint, void> ReleaseSessionOptions =
        (delegate* unmanaged<nint, void>)Table[100];
    public static readonly delegate* unmanaged<nint, nint*, nint> CastTypeInfoToMapTypeInfo =
        (delegate* unmanaged<nint, nint*, nint>)Table[103];
    public static readonly delegate* unmanaged<nint, nint*, nint> CastTypeInfoToSequenceTypeInfo =
        (delegate* unmanaged<nint, nint*, nint>)Table[104];
    public static readonly delegate* unmanaged<nint, int*, nint> GetMapKeyType =
        (delegate* unmanaged<nint, int*, nint>)Table[105];
    public static readonly delegate* unmanaged<nint, nint*, nint> GetMapValueType =
        (delegate* unmanaged<nint, nint*, nint>)Table[106];
    public static readonly delegate* unmanaged<nint, nint*, nint> GetSequenceElementType =
        (delegate* unmanaged<nint, nint*, nint>)Table[107];
    public static readonly delegate* unmanaged<nint, nint*, nint> SessionGetModelMetadata =
        (delegate* unmanaged<nint, nint*, nint>)Table[111];
    public static readonly delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetProducerName =
        (delegate* unmanaged<nint, nint, byte**, nint>)Table[112];
    public static readonly delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetGraphName =
        (delegate* unmanaged<nint, nint, byte**, nint>)Table[113];
    public static readonly delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetDomain =
        (delegate* unmanaged<nint, nint, byte**, nint>)Table[114];
    public static readonly delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetDescription =
        (delegate* unmanaged<nint, nint, byte**, nint>)Table[115];
    public static readonly delegate* unmanaged<nint, nint, byte*, byte**, nint> ModelMetadataLookupCustomMetadataMap =
        (delegate* unmanaged<nint, nint, byte*, byte**, nint>)Table[116];
    public static readonly delegate* unmanaged<nint, long*, nint> ModelMetadataGetVersion =
        (delegate* unmanaged<nint, long*, nint>)Table[117];
    public static readonly delegate* unmanaged<nint, void> ReleaseModelMetadata =
        (delegate* unmanaged<nint, void>)Table[118];
    public static readonly delegate* unmanaged<nint, nint, byte***, long*, nint> ModelMetadataGetCustomMetadataMapKeys =
        (delegate* unmanaged<nint, nint, byte***, long*, nint>)Table[123];
    public static readonly delegate* unmanaged<byte***, int*, nint> GetAvailableProviders =
        (delegate* unmanaged<byte***, int*, nint>)Table[125];
    public static readonly delegate* unmanaged<byte**, int, nint> ReleaseAvailableProviders =
        (delegate* unmanaged<byte**, int, nint>)Table[126];
    public static readonly delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry =
        (delegate* unmanaged<nint, byte*, byte*, nint>)Table[130];
    public static readonly delegate* unmanaged<nint, nint, nint, nint> RunWithBinding =
        (delegate* unmanaged<nint, nint, nint, nint>)Table[133];
    public static readonly delegate* unmanaged<nint, nint*, nint> CreateIoBinding =
        (delegate* unmanaged<nint, nint*, nint>)Table[134];
    public static readonly delegate* unmanaged<nint, void> ReleaseIoBinding =
        (delegate* unmanaged<nint, void>)Table[135];
    public static readonly delegate* unmanaged<nint, byte*, nint, nint> BindInput =
        (delegate* unmanaged<nint, byte*, nint, nint>)Table[136];
    public static readonly delegate* unmanaged<nint, byte*, nint, nint> BindOutput =
        (delegate* unmanaged<nint, byte*, nint, nint>)Table[137];
    public static readonly delegate* unmanaged<nint, byte*, nint, nint> BindOutputToDevice =
        (delegate* unmanaged<nint, byte*, nint, nint>)Table[138];
    public static readonly delegate* unmanaged<nint, nint, nint**, nuint*, nint> GetBoundOutputValues =
        (delegate* unmanaged<nint, nint, nint**, nuint*, nint>)Table[140];
    public static readonly delegate* unmanaged<nint, void> ClearBoundInputs =
        (delegate* unmanaged<nint, void>)Table[141];
    public static readonly delegate* unmanaged<nint, void> ClearBoundOutputs =
        (delegate* unmanaged<nint, void>)Table[142];
    public static readonly delegate* unmanaged<nint, byte*, byte*, nint> AddRunConfigEntry =
        (delegate* unmanaged<nint, byte*, byte*, nint>)Table[165];
    public static readonly delegate* unmanaged<nint, nuint, nuint, byte**, nint> GetResizedStringTensorElementBuffer =
        (delegate* unmanaged<nint, nuint, nuint, byte**, nint>)Table[252];

    private static byte* _version;

    public static nint DefaultAllocator { get; } = FindDefaultAllocator();

    public static string VersionString => Text(_version);

    /// <exception cref="OnnxRuntimeException">The native call failed; its message is the native one.</exception>
    public static void Check(nint status)
    {
        if (status != 0)
        {
            Throw(status);
        }
    }

    public static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? string.Empty;

    /// <summary>A name as the library allocated it, which is freed.</summary>
    public static string TakeText(byte* utf8)
    {
        var text = Text(utf8);
        Check(AllocatorFree(DefaultAllocator, utf8));
        return text;
    }

    public static byte[] Utf8(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static void Throw(nint status)
    {
        var error = new OnnxRuntimeException((NativeErrorCode)GetErrorCode(status), Text(GetErrorMessage(status)));
        ReleaseStatus(status);
        throw error;
    }

    private static nint* Load()
    {
        var apiBase = (nint*)OrtGetApiBase();
        _version = ((delegate* unmanaged<byte*>)apiBase[1])();
        var table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(Version);
        return table is not null
            ? table
            : throw new PlatformNotSupportedException($"ONNX Runtime {Text(_version)} does not offer version {Version} of its API.");
    }

    private static nint FindDefaultAllocator()
    {
        nint allocator;
        Check(GetAllocatorWithDefaultOptions(&allocator));
        return allocator;
    }

    [DllImport("onnxruntime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static extern nint OrtGetApiBase();
}
