using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Mlops.LocalHost.Logging;

/// <summary>An entry for people: time, a coloured level, the message, and dimmed where it comes from.</summary>
internal static class TextLine
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";

    public static void Write(LogEntry entry, IBufferWriter<byte> line)
    {
        var (word, colour) = Look(entry.Level);
        var source = entry.Function ?? entry.Category[(entry.Category.LastIndexOf('.') + 1)..];
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{Dim}{entry.Timestamp.ToLocalTime():HH:mm:ss.fff}{Reset} ")
            .Append(CultureInfo.InvariantCulture, $"{colour}{word}{Reset} {entry.Message} {Dim}{source}");
        if (entry.Level >= LogLevel.Warning && entry.TraceId is { } trace)
        {
            text.Append(CultureInfo.InvariantCulture, $" trace {trace}");
        }

        text.Append(Reset).Append('\n');
        if (entry.Exception is { } exception)
        {
            text.Append(Dim).Append(exception).Append(Reset).Append('\n');
        }

        Encoding.UTF8.GetBytes(text.ToString(), line);
    }

    private static (string Word, string Colour) Look(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => ("error", "\e[31m"),
        LogLevel.Warning => ("warn ", "\e[33m"),
        LogLevel.Information => ("info ", "\e[32m"),
        _ => ("debug", "\e[36m"),
    };
}
