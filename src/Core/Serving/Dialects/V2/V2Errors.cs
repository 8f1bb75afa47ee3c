namespace Mlops.Serving;

/// <summary>What is wrong with a request so far, a bounded number of things.</summary>
internal sealed class V2Errors
{
    private List<PredictionError>? _found;

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
