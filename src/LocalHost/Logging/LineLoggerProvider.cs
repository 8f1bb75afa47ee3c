using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Logging;

/// <summary>Writes each entry as one piece to a stream, at once: an entry that was logged is not lost with the process.</summary>
/// <param name="output">Where to; disposed with the provider.</param>
/// <param name="write">How an entry is written.</param>
internal sealed class LineLoggerProvider(Stream output, Action<LogEntry, IBufferWriter<byte>> write, TimeProvider time) : ILoggerProvider
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _line = new(1_024);
    private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, category => new LineLogger(this, category));

    public void Dispose() => output.Dispose();

    private void Write(LogEntry entry)
    {
        lock (_lock)
        {
            _line.ResetWrittenCount();
            write(entry, _line);
            output.Write(_line.WrittenSpan);
            output.Flush();
        }
    }

    private sealed class LineLogger(LineLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var activity = Activity.Current;
            provider.Write(new LogEntry(
                provider.Now,
                logLevel,
                category,
                formatter(state, exception),
                activity?.TraceId.ToHexString(),
                LogEntry.FunctionOf(activity),
                state as IReadOnlyList<KeyValuePair<string, object?>> ?? [],
                exception));
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}
