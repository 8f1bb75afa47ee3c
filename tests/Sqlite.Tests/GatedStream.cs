namespace Mlops.Storage;

/// <summary>A source that gives nothing until it is opened.</summary>
internal sealed class GatedStream : MemoryStream
{
    public const int Bytes = 1_000;

    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GatedStream()
        : base(new byte[Bytes])
    {
    }

    /// <summary>Completes when somebody wants to read.</summary>
    public Task Reading => _reading.Task;

    public void Open() => _open.SetResult();

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        _reading.SetResult();
        await _open.Task;
        await base.CopyToAsync(destination, bufferSize, cancellationToken);
    }
}
