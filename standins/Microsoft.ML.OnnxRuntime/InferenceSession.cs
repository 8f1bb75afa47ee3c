using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A loaded model. Runs may be concurrent.</summary>
public class InferenceSession : IDisposable
{
    private readonly Dictionary<string, nint> _inputNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, nint> _outputNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeMetadata> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeMetadata> _outputs = new(StringComparer.Ordinal);
    private readonly List<string> _inputList = [];
    private readonly List<string> _outputList = [];
    private readonly Lazy<ModelMetadata> _metadata;
    private nint _handle;

    public InferenceSession(byte[] model)
        : this(model, new SessionOptions())
    {
    }

    public InferenceSession(string modelPath)
        : this(modelPath, new SessionOptions())
    {
    }

    public InferenceSession(byte[] model, SessionOptions options)
        : this() => Open(Create(model, options));

    public InferenceSession(string modelPath, SessionOptions options)
        : this() => Open(Create(modelPath, options));

    private InferenceSession() => _metadata = new Lazy<ModelMetadata>(() => new ModelMetadata(Handle));

    ~InferenceSession() => Dispose(false);

    public IReadOnlyList<string> InputNames => _inputList;

    public IReadOnlyList<string> OutputNames => _outputList;

    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata => _inputs;

    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => _outputs;

    public ModelMetadata ModelMetadata => _metadata.Value;

    private nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions runOptions, IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyCollection<string> outputNames) =>
        Run(runOptions, [.. inputs.Keys], [.. inputs.Values], outputNames);

    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions runOptions,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputValues,
        IReadOnlyCollection<string> outputNames)
    {
        var handles = new nint[outputNames.Count];
        Run(runOptions, inputNames, inputValues, outputNames, handles);
        return new OwnedValues(Array.ConvertAll(handles, handle => new OrtValue(handle)));
    }

    public void Run(
        RunOptions runOptions,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputValues,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<OrtValue> outputValues)
    {
        Equal(outputNames.Count, outputValues.Count);
        Span<nint> handles = outputValues.Count <= 16 ? stackalloc nint[outputValues.Count] : new nint[outputValues.Count];
        var i = 0;
        foreach (var value in outputValues)
        {
            handles[i++] = value.Handle;
        }

        Run(runOptions, inputNames, inputValues, outputNames, handles);
        GC.KeepAlive(outputValues);
    }

    public OrtIoBinding CreateIoBinding() => new(Handle);

    public unsafe void RunWithBinding(RunOptions runOptions, OrtIoBinding ioBinding)
    {
        NativeApi.Check(NativeApi.RunWithBinding(Handle, runOptions.Handle, ioBinding.Handle));
        GC.KeepAlive(this);
        GC.KeepAlive(runOptions);
        GC.KeepAlive(ioBinding);
    }

    public IDisposableReadOnlyCollection<OrtValue> RunWithBoundResults(RunOptions runOptions, OrtIoBinding ioBinding)
    {
        RunWithBinding(runOptions, ioBinding);
        return ioBinding.GetOutputValues();
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual unsafe void Dispose(bool disposing)
    {
        if (_handle == 0)
        {
            return;
        }

        NativeApi.ReleaseSession(_handle);
        _handle = 0;
        foreach (var name in _inputNames.Values.Concat(_outputNames.Values))
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static unsafe nint Create(byte[] model, SessionOptions options)
    {
        nint session;
        fixed (byte* bytes = model)
        {
            NativeApi.Check(NativeApi.CreateSessionFromArray(
                OrtEnv.Instance().Handle, bytes, (nuint)model.Length, options.Handle, &session));
        }

        GC.KeepAlive(options);
        return session;
    }

    private static unsafe nint Create(string modelPath, SessionOptions options)
    {
        // The library takes a path in the system's own encoding.
        var path = OperatingSystem.IsWindows() ? Marshal.StringToCoTaskMemUni(modelPath) : Marshal.StringToCoTaskMemUTF8(modelPath);
        try
        {
            nint session;
            NativeApi.Check(NativeApi.CreateSession(OrtEnv.Instance().Handle, (void*)path, options.Handle, &session));
            GC.KeepAlive(options);
            return session;
        }
        finally
        {
            Marshal.FreeCoTaskMem(path);
        }
    }

    private static void Equal(int names, int values)
    {
        if (names != values)
        {
            throw new OnnxRuntimeException(NativeErrorCode.InvalidArgument, $"There are {names} names and {values} values.");
        }
    }

    private static nint Named(Dictionary<string, nint> names, string name) => names.TryGetValue(name, out var utf8)
        ? utf8
        : throw new OnnxRuntimeException(
            NativeErrorCode.InvalidArgument, $"The model has no '{name}'; it has: {string.Join(", ", names.Keys)}.");

    private unsafe void Open(nint session)
    {
        _handle = session;
        nuint inputs, outputs;
        NativeApi.Check(NativeApi.SessionGetInputCount(session, &inputs));
        NativeApi.Check(NativeApi.SessionGetOutputCount(session, &outputs));
        for (nuint i = 0; i < inputs; i++)
        {
            byte* name;
            nint type;
            NativeApi.Check(NativeApi.SessionGetInputName(session, i, NativeApi.DefaultAllocator, &name));
            NativeApi.Check(NativeApi.SessionGetInputTypeInfo(session, i, &type));
            Add(NativeApi.TakeText(name), NodeMetadata.Take(type), _inputList, _inputNames, _inputs);
        }

        for (nuint i = 0; i < outputs; i++)
        {
            byte* name;
            nint type;
            NativeApi.Check(NativeApi.SessionGetOutputName(session, i, NativeApi.DefaultAllocator, &name));
            NativeApi.Check(NativeApi.SessionGetOutputTypeInfo(session, i, &type));
            Add(NativeApi.TakeText(name), NodeMetadata.Take(type), _outputList, _outputNames, _outputs);
        }
    }

    private static void Add(
        string name, NodeMetadata metadata, List<string> list, Dictionary<string, nint> names, Dictionary<string, NodeMetadata> all)
    {
        list.Add(name);
        names.Add(name, Marshal.StringToCoTaskMemUTF8(name));
        all.Add(name, metadata);
    }

    private unsafe void Run(
        RunOptions runOptions,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputValues,
        IReadOnlyCollection<string> outputNames,
        Span<nint> outputs)
    {
        Equal(inputNames.Count, inputValues.Count);
        var count = inputNames.Count + outputNames.Count;
        Span<nint> names = count <= 16 ? stackalloc nint[count] : new nint[count];
        Span<nint> inputs = inputValues.Count <= 16 ? stackalloc nint[inputValues.Count] : new nint[inputValues.Count];
        var at = 0;
        foreach (var name in inputNames)
        {
            names[at++] = Named(_inputNames, name);
        }

        foreach (var name in outputNames)
        {
            names[at++] = Named(_outputNames, name);
        }

        at = 0;
        foreach (var value in inputValues)
        {
            inputs[at++] = value.Handle;
        }

        fixed (nint* name = names, input = inputs, output = outputs)
        {
            NativeApi.Check(NativeApi.Run(
                Handle,
                runOptions.Handle,
                (byte**)name,
                input,
                (nuint)inputs.Length,
                (byte**)(name + inputs.Length),
                (nuint)outputs.Length,
                output));
        }

        GC.KeepAlive(this);
        GC.KeepAlive(runOptions);
        GC.KeepAlive(inputValues);
    }
}
