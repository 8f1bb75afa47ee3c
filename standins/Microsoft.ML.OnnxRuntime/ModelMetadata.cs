namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model says of itself.</summary>
public class ModelMetadata
{
    internal unsafe ModelMetadata(nint session)
    {
        nint metadata;
        NativeApi.Check(NativeApi.SessionGetModelMetadata(session, &metadata));
        try
        {
            ProducerName = Read(metadata, NativeApi.ModelMetadataGetProducerName);
            GraphName = Read(metadata, NativeApi.ModelMetadataGetGraphName);
            Domain = Read(metadata, NativeApi.ModelMetadataGetDomain);
            Description = Read(metadata, NativeApi.ModelMetadataGetDescription);
            long version;
            NativeApi.Check(NativeApi.ModelMetadataGetVersion(metadata, &version));
            Version = version;
            ReadCustom(metadata);
        }
        finally
        {
            NativeApi.ReleaseModelMetadata(metadata);
        }
    }

    public string ProducerName { get; }

    public string GraphName { get; }

    public string Domain { get; }

    public string Description { get; }

    public long Version { get; }

    public Dictionary<string, string> CustomMetadataMap { get; } = [];

    private static unsafe string Read(nint metadata, delegate* unmanaged<nint, nint, byte**, nint> get)
    {
        byte* text;
        NativeApi.Check(get(metadata, NativeApi.DefaultAllocator, &text));
        return NativeApi.TakeText(text);
    }

    private unsafe void ReadCustom(nint metadata)
    {
        byte** keys;
        long count;
        NativeApi.Check(NativeApi.ModelMetadataGetCustomMetadataMapKeys(metadata, NativeApi.DefaultAllocator, &keys, &count));
        for (var i = 0L; i < count; i++)
        {
            byte* value;
            NativeApi.Check(NativeApi.ModelMetadataLookupCustomMetadataMap(metadata, NativeApi.DefaultAllocator, keys[i], &value));
            CustomMetadataMap[NativeApi.TakeText(keys[i])] = NativeApi.TakeText(value);
        }

        if (count > 0)
        {
            NativeApi.Check(NativeApi.AllocatorFree(NativeApi.DefaultAllocator, keys));
        }
    }
}
