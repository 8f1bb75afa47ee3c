namespace Mlops.Serving;

/// <summary>What is wrong with a request so far, a bounded number of things.</summary>
internal sealed class V2Errors
{
    [ThreadStatic]
    private static V2Errors? s_ofThread;

    private List<PredictionError>? _found;

    /// <summary>This thread's own, without errors, for one request at a time.</summary>
    public static V2Errors Begin()
    {
        var errors = s_ofThread ??= new V2Errors();
        errors._found = null;
        return errors;
    }

    public IReadOnlyList<PredictionError>? Found => _found;

    public bool IsFull => _found is { Count: >= PredictionRequestReader.MaxErrors };

    public void Add(string path, string message)
    {
        if (!IsFull)
        {
            (_found ??= []).Add(new PredictionError(path, message));
        }
    }
}
