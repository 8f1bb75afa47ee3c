using System.Text;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>One reading of one request.</summary>
/// <param name="headerLength">How many bytes of the body are JSON.</param>
/// <param name="mayTakeNumbers">Whether data that are nothing but numbers may be read without making tokens of them.</param>
internal ref partial struct V2Request(
    JsonReaderOptions options,
    V2Model model,
    ReadOnlyMemory<byte> body,
    int headerLength,
    V2Inputs inputs,
    V2Errors errors,
    bool mayTakeNumbers)
{
    private const int LongestId = 1_024;

    private readonly V2Input _input = V2Input.OfThread;
    private IReadOnlyList<V2Output>? _outputs;
    private Utf8JsonReader _json = new(body.Span[..headerLength], options);
    private ReadOnlySpan<byte> _utf8 = body.Span[..headerLength];
    private string? _id;
    private bool _isBinary;
    private bool _hasInputs;

    /// <summary>Where the next tensor begins behind the JSON.</summary>
    private int _binaryAt = headerLength;

    public readonly bool IsAtEscapedText =>
        _json.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && _json.ValueIsEscaped;

    /// <summary>Whether data were read without tokens, after which the place of a fault in the JSON is not known exactly.</summary>
    public bool HasTakenNumbers { get; private set; }

    /// <summary>How the answer is to be written, once the request is read.</summary>
    public readonly V2Answer Answer => new(model, _id, _outputs ?? model.AllOutputs, _isBinary);

    public void Read()
    {
        _json.Read();
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            errors.Add("body", $"expected an object with 'inputs', found {JsonTokens.Found(_json)}");
            return;
        }

        while (!errors.IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("inputs"u8))
            {
                ReadInputs();
            }
            else if (_json.ValueTextEquals("outputs"u8))
            {
                ReadOutputs();
            }
            else if (_json.ValueTextEquals("id"u8))
            {
                ReadId();
            }
            else if (_json.ValueTextEquals("parameters"u8))
            {
                _isBinary = ReadFlag(default, "binary_data_output"u8) ?? false;
            }
            else
            {
                SkipValue();
            }
        }

        if (errors.IsFull)
        {
            return;
        }

        // Anything after the end of the object is an error that the reader finds.
        _json.Read();
        if (!_hasInputs)
        {
            errors.Add("inputs", "is missing; expected an array of tensors");
        }
        else if (errors.Found is null)
        {
            inputs.End();
        }

        if (_binaryAt != body.Length && errors.Found is null)
        {
            errors.Add("body", $"has {body.Length - _binaryAt} bytes behind its JSON that no input names");
        }
    }

    private void ReadId()
    {
        _json.Read();
        if (_json.TokenType is JsonTokenType.String && _json.ValueSpan.Length <= LongestId)
        {
            _id = _json.GetString();
        }
        else
        {
            errors.Add("id", $"expected a string of at most {LongestId} bytes");
            _json.Skip();
        }
    }

    private void ReadOutputs()
    {
        _json.Read();
        if (_outputs is not null || _json.TokenType is not JsonTokenType.StartArray)
        {
            errors.Add("outputs", $"expected one array of outputs, found {JsonTokens.Found(_json)}");
            _json.Skip();
            return;
        }

        for (var index = 0; !errors.IsFull && _json.Read() && _json.TokenType is not JsonTokenType.EndArray; index++)
        {
            if (_json.TokenType is JsonTokenType.StartObject)
            {
                ReadOutput(new V2Place("outputs", index));
            }
            else
            {
                errors.Add($"outputs[{index}]", $"expected an object, found {JsonTokens.Found(_json)}");
                _json.Skip();
            }
        }
    }

    private void ReadOutput(V2Place place)
    {
        var (name, isBinary) = ((int?)null, (bool?)null);
        while (!errors.IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("name"u8))
            {
                _json.Read();
                name = _json.TokenType is JsonTokenType.String ? Find(model.OutputNames) : -1;
                if (name < 0)
                {
                    errors.Add(place.Path("name"), $"expected one of the model's outputs, found {JsonTokens.Found(_json)}");
                    _json.Skip();
                }
            }
            else if (_json.ValueTextEquals("parameters"u8))
            {
                isBinary = ReadFlag(place, "binary_data"u8);
            }
            else
            {
                SkipValue();
            }
        }

        if (name is null)
        {
            errors.Add(place.Path("name"), "is missing");
        }
        else if (IsWanted(name.Value))
        {
            errors.Add(place.Path("name"), "is there more than once");
        }
        else if (name >= 0)
        {
            _outputs = _outputs is null ? model.Alone(name.Value, isBinary) : [.. _outputs, new V2Output(name.Value, isBinary)];
        }
    }

    private readonly bool IsWanted(int output)
    {
        for (var i = 0; i < _outputs?.Count; i++)
        {
            if (_outputs[i].Index == output)
            {
                return true;
            }
        }

        return false;
    }

    private bool? ReadFlag(V2Place place, ReadOnlySpan<byte> known)
    {
        if (!TryFindParameter(place, known, out var found))
        {
            return null;
        }

        if (found.TokenType is not (JsonTokenType.True or JsonTokenType.False))
        {
            errors.Add(place.Path($"parameters.{Encoding.UTF8.GetString(known)}"), $"expected true or false, found {JsonTokens.Found(found)}");
        }

        return found.TokenType is JsonTokenType.True;
    }

    /// <summary>Reads parameters, of which one has a meaning here and the others only a form.</summary>
    private bool TryFindParameter(V2Place place, ReadOnlySpan<byte> known, out Utf8JsonReader found)
    {
        found = default;
        var isFound = false;
        _json.Read();
        if (_json.TokenType is not JsonTokenType.StartObject)
        {
            errors.Add(place.Path("parameters"), $"expected an object, found {JsonTokens.Found(_json)}");
            _json.Skip();
            return false;
        }

        while (_json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            var name = _json;
            var isKnown = _json.ValueTextEquals(known);
            _json.Read();
            if (_json.TokenType is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False))
            {
                errors.Add(
                    place.Path($"parameters.{JsonTokens.Told(Encoding.UTF8.GetString(name.ValueSpan))}"),
                    $"expected a string, a number or a boolean, found {JsonTokens.Found(_json)}");
                _json.Skip();
            }
            else if (isKnown)
            {
                found = _json;
                isFound = true;
            }
        }

        return isFound;
    }

    private readonly int Find(Utf8Names names)
    {
        if (!_json.ValueIsEscaped)
        {
            return names.Find(_json.ValueSpan);
        }

        var unescaped = new byte[_json.ValueSpan.Length];
        return names.Find(unescaped.AsSpan(0, _json.CopyString(unescaped)));
    }

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }
}
