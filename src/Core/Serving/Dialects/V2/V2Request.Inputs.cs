using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

internal ref partial struct V2Request
{
    private void ReadInputs()
    {
        _json.Read();
        if (_hasInputs || _json.TokenType is not JsonTokenType.StartArray)
        {
            errors.Add("inputs", _hasInputs ? "is there more than once" : $"expected an array of tensors, found {JsonTokens.Found(_json)}");
            _hasInputs = true;
            _json.Skip();
            return;
        }

        _hasInputs = true;
        for (var index = 0; !errors.IsFull && _json.Read() && _json.TokenType is not JsonTokenType.EndArray; index++)
        {
            _input.Begin(index);
            if (_json.TokenType is JsonTokenType.StartObject)
            {
                ReadInput();
            }
            else
            {
                errors.Add($"inputs[{index}]", $"expected an object, found {JsonTokens.Found(_json)}");
                _json.Skip();
            }
        }
    }

    private void ReadInput()
    {
        Utf8JsonReader data = default;
        var (hasData, isRead) = (false, false);
        while (!errors.IsFull && _json.Read() && _json.TokenType is JsonTokenType.PropertyName)
        {
            if (!_json.ValueTextEquals("data"u8))
            {
                ReadMember();
                continue;
            }

            if (hasData)
            {
                errors.Add(_input.Path("data"), "is there more than once");
            }

            // Mostly all is known of the data by the time they come; if not they are read when it is.
            if (!hasData && _input.IsComplete && !_input.IsFaulty && inputs.TryBegin(_input))
            {
                ReadData();
                isRead = true;
            }
            else
            {
                _input.IsFaulty |= _input.IsComplete;
                _json.Read();
                data = _json;
                _json.Skip();
            }

            hasData = true;
        }

        if (errors.IsFull)
        {
            return;
        }

        if (_input.BinarySize is { } size)
        {
            if (hasData)
            {
                errors.Add(_input.Path("data"), "expected none beside parameters.binary_data_size");
            }

            TakeBinary(size, isUsable: !hasData && IsWhole() && inputs.TryBegin(_input));
        }
        else if (!hasData)
        {
            errors.Add(_input.Path("data"), "is missing; expected an array, or parameters.binary_data_size");
        }
        else if (!isRead && IsWhole() && inputs.TryBegin(_input))
        {
            // By the reader that errors look at, which then goes on where it was.
            var end = _json;
            _json = data;
            inputs.ReadJson(ref _json, _input);
            _json = end;
        }
    }

    private void ReadData()
    {
        if (mayTakeNumbers && inputs.TryReadNumbers(ref _json, ref _utf8, _input))
        {
            HasTakenNumbers = true;
            return;
        }

        _json.Read();
        inputs.ReadJson(ref _json, _input);
    }

    private void ReadMember()
    {
        if (_json.ValueTextEquals("name"u8))
        {
            ReadName();
        }
        else if (_json.ValueTextEquals("datatype"u8))
        {
            ReadDatatype();
        }
        else if (_json.ValueTextEquals("shape"u8))
        {
            ReadShape();
        }
        else if (_json.ValueTextEquals("parameters"u8))
        {
            if (TryFindParameter(_input.Place, "binary_data_size"u8, out var found))
            {
                if (found.TokenType is JsonTokenType.Number && found.TryGetInt64(out var size) && size >= 0)
                {
                    _input.BinarySize = size;
                }
                else
                {
                    Fault(_input.Path("parameters.binary_data_size"), $"expected a number of bytes, found {JsonTokens.Found(found)}");
                }
            }
        }
        else
        {
            SkipValue();
        }
    }

    private void ReadName()
    {
        _json.Read();
        if (_input.Name is not null || _json.TokenType is not JsonTokenType.String)
        {
            Fault(_input.Path("name"), _input.Name is null ? $"expected a string, found {JsonTokens.Found(_json)}" : "is there more than once");
            _json.Skip();
        }
        else if (Find(model.InputNames) is var name and >= 0)
        {
            _input.Name = name;
        }
        else
        {
            Fault(_input.Path("name"), $"the model has no input '{JsonTokens.Told(_json.GetString())}'; see its metadata");
        }
    }

    private void ReadDatatype()
    {
        _json.Read();
        if (_input.Type is null && _json.TokenType is JsonTokenType.String && V2Datatypes.Find(_json) is { } type)
        {
            _input.Type = type;
            return;
        }

        Fault(
            _input.Path("datatype"),
            _input.Type is null ? $"expected one of {V2Datatypes.Names}, found {JsonTokens.Found(_json)}" : "is there more than once");
        _json.Skip();
    }

    private void ReadShape()
    {
        _json.Read();
        var start = _json;
        var rank = 0;
        Span<long> shape = stackalloc long[V2Input.MaxRank];
        var isShape = _input.Rank is null && _json.TokenType is JsonTokenType.StartArray;
        while (isShape && _json.Read() && _json.TokenType is not JsonTokenType.EndArray)
        {
            isShape = rank < V2Input.MaxRank && _json.TokenType is JsonTokenType.Number && _json.TryGetInt64(out shape[rank]) && shape[rank] >= 0;
            rank++;
        }

        if (isShape && _input.TrySetShape(shape[..rank]))
        {
            return;
        }

        var expected = isShape ? $"at most {int.MaxValue} elements" : $"up to {V2Input.MaxRank} whole numbers from 0 in an array";
        Fault(_input.Path("shape"), _input.Rank is null ? $"expected {expected}" : "is there more than once");
        _json = start;
        _json.Skip();
    }

    private void TakeBinary(long size, bool isUsable)
    {
        const string Member = "parameters.binary_data_size";
        if (size > body.Length - _binaryAt)
        {
            errors.Add(_input.Path(Member), $"expected at most {body.Length - _binaryAt} bytes, which is what is left of the body, found {size}");
            _binaryAt = body.Length;
            return;
        }

        var data = body.Slice(_binaryAt, (int)size);
        _binaryAt += (int)size;
        if (!isUsable)
        {
            return;
        }

        var width = _input.Type is { } type ? type.Width() : 0;
        if (width > 0 && size != (long)_input.Count * width)
        {
            errors.Add(_input.Path(Member), $"expected {(long)_input.Count * width} bytes for {_input.Count} elements of {width}, found {size}");
        }
        else
        {
            inputs.ReadBinary(data, _input);
        }
    }

    /// <summary>Whether all is known of the input; what is not is told, unless it was there and wrong.</summary>
    private readonly bool IsWhole()
    {
        if (_input.IsFaulty)
        {
            return false;
        }

        foreach (var (member, isThere) in (ReadOnlySpan<(string, bool)>)
            [("name", _input.Name is not null), ("datatype", _input.Type is not null), ("shape", _input.Rank is not null)])
        {
            if (!isThere)
            {
                errors.Add(_input.Path(member), "is missing");
            }
        }

        return _input.IsComplete;
    }

    private readonly void Fault(string path, string message)
    {
        errors.Add(path, message);
        _input.IsFaulty = true;
    }
}
