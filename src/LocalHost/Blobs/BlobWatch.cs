using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Blobs;

/// <summary>Hands the files of one drop folder to a blob function, one after the other.</summary>
/// <remarks>
/// A file is taken once it has not changed for <see cref="Quiet"/>, and is handed over until a run succeeds, at most
/// <see cref="MaxAttempts"/> times. A run cut short by a kill counts and is repeated, so that a function must bear being run
/// twice; one that was recorded as done is not.
/// </remarks>
internal sealed partial class BlobWatch(
    RunnableFunction function,
    BlobPattern pattern,
    DropFolder folder,
    DropRecords records,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger<BlobWatch> logger)
{
    /// <summary>The Functions host's own limit for a blob.</summary>
    public const int MaxAttempts = 5;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>For how long a file must have kept its length and time before it counts as finished.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>The wait before the first repetition; it doubles with each.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.5);

    private readonly Dictionary<string, (DropFile File, DateTimeOffset Since)> _seen = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await LookAsync(cancellationToken);
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Looks at the folder once and handles what is finished.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<DropFile> files = [];
        try
        {
            files = folder.List();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A file went away between being seen and being looked at, or the folder cannot be read just now.
            LogUnreadable(failure, pattern.Container);
        }

        foreach (var file in files)
        {
            if (IsQuiet(file))
            {
                await HandleAsync(file, cancellationToken);
            }
        }

        var present = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _seen.Keys.Where(path => !present.Contains(path)).ToArray())
        {
            _seen.Remove(gone);
        }
    }

    private bool IsQuiet(DropFile file)
    {
        var now = time.GetUtcNow();
        if (!_seen.TryGetValue(file.Path, out var seen) || seen.File != file)
        {
            _seen[file.Path] = seen = (file, now);
            if (pattern.Match(file.Path) is null)
            {
                LogNoMatch(file.Path, pattern.Container, function.Name);
            }
        }

        return now - seen.Since >= Quiet;
    }

    private async Task HandleAsync(DropFile file, CancellationToken cancellationToken)
    {
        if (pattern.Match(file.Path) is not { } tokens)
        {
            return;
        }

        var record = await records.GetAsync(file, cancellationToken);
        if (record.State is DropState.Pending && record.RetryAt <= time.GetUtcNow())
        {
            record = await AttemptAsync(file, record, tokens, cancellationToken);
            await records.WriteAsync(file, record, cancellationToken);
        }

        if (record.State is not DropState.Pending)
        {
            await PutAwayAsync(file, record, cancellationToken);
        }
    }

    private async Task<DropRecord> AttemptAsync(
        DropFile file, DropRecord record, IReadOnlyDictionary<string, object?> tokens, CancellationToken cancellationToken)
    {
        // Counted before it begins: a file that kills the host must not do so for ever.
        if (record.Attempts >= MaxAttempts)
        {
            return record with { State = DropState.Failed, Error = record.Error ?? "The host ended during each attempt." };
        }

        using var activity = new Activity(function.Name).Start();
        record = record with { Attempts = record.Attempts + 1 };
        await records.WriteAsync(file, record, cancellationToken);
        try
        {
            await InvokeAsync(file, record, tokens, cancellationToken);
            LogDone(file.Path, function.Name);
            return record with { State = DropState.Done, Error = null };
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            record = record with { Error = failure.Message, RetryAt = time.GetUtcNow() + FirstRetry * (1 << record.Attempts - 1) };
            if (record.Attempts < MaxAttempts)
            {
                LogRetry(file.Path, function.Name, record.Attempts, MaxAttempts, failure.Message);
                return record;
            }

            LogFailed(failure, file.Path, function.Name, MaxAttempts);
            return record with { State = DropState.Failed };
        }
    }

    private async Task InvokeAsync(
        DropFile file, DropRecord record, IReadOnlyDictionary<string, object?> tokens, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var content = await BlobContent.ReadAsync(file, function.Method.TriggerParameter.ParameterType, cancellationToken);
        await using var opened = content as Stream;
        var data = new Dictionary<string, object?>(tokens, StringComparer.OrdinalIgnoreCase)
        {
            [BlobFunctions.PathToken] = $"{pattern.Container}/{file.Path}",
        };
        var attempt = new Invocation.Attempt(record.Attempts - 1, MaxAttempts - 1);
        await function.RunAsync(
            new HostFunctionContext(function.Definition, scope.ServiceProvider, content, data, attempt, cancellationToken));
    }

    private async Task PutAwayAsync(DropFile file, DropRecord record, CancellationToken cancellationToken)
    {
        try
        {
            if (record.State is DropState.Done)
            {
                folder.MoveToDone(file);
            }
            else
            {
                folder.MoveToFailed(file, $"{function.Name} failed {record.Attempts} times. The last time: {record.Error}\n");
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The record says that it is handled; the next look tries again to move it.
            LogUnmovable(failure, file.Path);
            return;
        }

        await records.ForgetAsync(file, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Function} handled the dropped file {Path}")]
    private partial void LogDone(string path, string function);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Function} failed on the dropped file {Path}, attempt {Attempt} of {MaxAttempts}: {Reason}")]
    private partial void LogRetry(string path, string function, int attempt, int maxAttempts, string reason);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "{Function} failed on the dropped file {Path} {Attempts} times; the file is put aside")]
    private partial void LogFailed(Exception failure, string path, string function, int attempts);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The dropped file {Path} in {Container} does not fit the path that {Function} takes")]
    private partial void LogNoMatch(string path, string container, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The drop folder of {Container} could not be read; the next look tries again")]
    private partial void LogUnreadable(Exception failure, string container);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The handled file {Path} could not be moved; the next look tries again")]
    private partial void LogUnmovable(Exception failure, string path);
}
