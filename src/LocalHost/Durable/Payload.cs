using System.Text;
using Microsoft.DurableTask;

namespace Mlops.LocalHost.Durable;

/// <summary>Turns values into text that history can hold.</summary>
internal static class Payload
{
    /// <exception cref="ArgumentException">The text is longer than <see cref="DurableOptions.MaxPayloadBytes"/>.</exception>
    public static string? Serialize(DataConverter converter, object? value, string what)
    {
        var text = converter.Serialize(value);
        return text is null || text.Length <= DurableOptions.MaxPayloadBytes / 3 || Encoding.UTF8.GetByteCount(text) is var bytes
            && bytes <= DurableOptions.MaxPayloadBytes
                ? text
                : throw new ArgumentException(
                    $"The {what} is {Encoding.UTF8.GetByteCount(text)} bytes as text; messages hold {DurableOptions.MaxPayloadBytes}."
                    + " Store it as a blob and pass its path.",
                    nameof(value));
    }
}
