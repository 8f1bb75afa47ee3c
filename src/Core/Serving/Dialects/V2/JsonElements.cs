using System.Text.Json;

namespace Mlops.Serving;

/// <summary>What takes the elements of a tensor as they are read.</summary>
internal interface IElementSink
{
    /// <summary>Takes the element at which the reader is.</summary>
    /// <returns>What was expected, if it is something else; null if all is well.</returns>
    string? Take(ref Utf8JsonReader json, int index);
}

/// <summary>Reads the data of a tensor, row-major, in one array or in arrays nested as the shape says.</summary>
internal static class JsonElements
{
    /// <param name="json">At the data; at its end when this returns.</param>
    public static void Read<TSink>(ref Utf8JsonReader json, V2Input input, scoped ref TSink sink, V2Errors errors)
        where TSink : struct, IElementSink, allows ref struct
    {
        var start = json;
        if (json.TokenType is not JsonTokenType.StartArray)
        {
            errors.Add(input.Path("data"), $"expected an array, found {JsonTokens.Found(json)}");
        }
        else if (Misfit(ref json, input, ref sink, errors) is not { } misfit)
        {
            return;
        }
        else
        {
            errors.Add(input.Path("data"), misfit);
        }

        json = start;
        json.Skip();
    }

    /// <returns>How the data do not have the shape; null if they do.</returns>
    private static string? Misfit<TSink>(ref Utf8JsonReader json, V2Input input, scoped ref TSink sink, V2Errors errors)
        where TSink : struct, IElementSink, allows ref struct
    {
        Span<long> filled = stackalloc long[V2Input.MaxRank + 1];
        var shape = input.Shape;
        var (depth, index) = (1, 0);
        filled[0] = 0;
        json.Read();
        var isNested = json.TokenType is JsonTokenType.StartArray;
        for (; ; json.Read())
        {
            if (json.TokenType is JsonTokenType.EndArray)
            {
                depth--;
                if (isNested && filled[depth] != shape[depth])
                {
                    return $"expected arrays of {shape[depth]} at depth {depth + 1} for the shape {V2Input.Told(shape)}, " +
                        $"found one of {filled[depth]}";
                }

                if (depth is 0)
                {
                    break;
                }
            }
            else if (json.TokenType is JsonTokenType.StartArray)
            {
                if (!isNested || depth >= shape.Length)
                {
                    return $"expected no array after {index} elements for the shape {V2Input.Told(shape)}";
                }

                filled[depth - 1]++;
                filled[depth++] = 0;
            }
            else if (isNested && depth != shape.Length)
            {
                return $"expected arrays {shape.Length} deep for the shape {V2Input.Told(shape)}, or a single one";
            }
            else if (index == input.Count)
            {
                return $"expected {input.Count} elements for the shape {V2Input.Told(shape)}, found more";
            }
            else
            {
                if (sink.Take(ref json, index) is { } expected)
                {
                    errors.Add(input.ElementPath(index), $"expected {expected}, found {JsonTokens.Found(json)}");
                    json.Skip();
                }

                filled[depth - 1]++;
                index++;
            }
        }

        return index == input.Count ? null : $"expected {input.Count} elements for the shape {V2Input.Told(shape)}, found {index}";
    }
}
