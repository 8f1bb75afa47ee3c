using System.Text;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Finds a value in a JSON body by the names that lead to it.</summary>
internal static class BodyPath
{
    public const int MaxUnit = 256;

    /// <param name="utf8">Perhaps JSON.</param>
    /// <param name="path">Names from the outside in, joined by dots.</param>
    /// <returns>A string or a number as text; null if there is none of at most 256 bytes.</returns>
    public static string? Find(ReadOnlySpan<byte> utf8, string path)
    {
        var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 32 });
        try
        {
            var rest = path.AsSpan();
            json.Read();
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOf('.');
                var name = end < 0 ? rest : rest[..end];
                rest = end < 0 ? [] : rest[(end + 1)..];
                if (!TryEnter(ref json, name))
                {
                    return null;
                }
            }

            return json.TokenType switch
            {
                JsonTokenType.String when json.ValueSpan.Length is > 0 and <= MaxUnit => json.GetString(),
                JsonTokenType.Number when json.ValueSpan.Length <= MaxUnit => Encoding.ASCII.GetString(json.ValueSpan),
                _ => null,
            };
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The dialect says what is wrong with the body.
            return null;
        }
    }

    private static bool TryEnter(ref Utf8JsonReader json, ReadOnlySpan<char> name)
    {
        if (json.TokenType is not JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType is JsonTokenType.PropertyName)
        {
            var isIt = json.ValueTextEquals(name);
            json.Read();
            if (isIt)
            {
                return true;
            }

            json.Skip();
        }

        return false;
    }
}
