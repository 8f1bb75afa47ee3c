using System.Runtime.InteropServices;
using System.Text.Json;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>Inputs of a model that takes tensors. Those that come in binary are where they came, the others in memory of their own.</summary>
internal sealed class V2TensorInputs(V2Model model, int bodyLength, V2Errors errors) : V2Inputs
{
    private readonly NamedTensor?[] _tensors = new NamedTensor?[model.Inputs.Count];

    public override bool TryBegin(V2Input input)
    {
        var spec = SpecOf(input);
        if (_tensors[input.Name ?? 0] is not null)
        {
            errors.Add(input.Path("name"), $"the input '{spec.Name}' is there more than once");
            return false;
        }

        // It is given, whatever may be wrong with it.
        _tensors[input.Name ?? 0] = new NamedTensor(spec.Name, spec.Type, [], default);
        if (input.Type != spec.Type)
        {
            errors.Add(input.Path("datatype"), $"expected {V2Datatypes.Name(spec.Type)} for '{spec.Name}'");
            return false;
        }

        if (!Fits(input.Shape, spec.Shape))
        {
            var expected = V2Input.Told([.. spec.Shape]);
            errors.Add(input.Path("shape"), $"expected {expected} for '{spec.Name}', found {V2Input.Told(input.Shape)}");
            return false;
        }

        return true;
    }

    public override void ReadJson(ref Utf8JsonReader json, V2Input input)
    {
        var spec = SpecOf(input);
        if (spec.Type is TensorType.Float16)
        {
            errors.Add(input.Path("data"), "FP16 is not for JSON; expected parameters.binary_data_size and the data behind the JSON");
            json.Skip();
        }
        else if (input.Count > bodyLength)
        {
            // An element takes a byte at least, so what has fewer need not be made room for.
            errors.Add(input.Path("data"), $"expected {input.Count} elements, for which the body is too short");
            json.Skip();
        }
        else if (spec.Type is TensorType.String)
        {
            var strings = new string[input.Count];
            var sink = new StringSink(strings);
            JsonElements.Read(ref json, input, ref sink, errors);
            Set(input, default, strings);
        }
        else
        {
            var data = new byte[input.Count * spec.Type.Width()];
            var sink = new ByteSink(spec.Type, data);
            JsonElements.Read(ref json, input, ref sink, errors);
            Set(input, data, null);
        }
    }

    public override void ReadBinary(ReadOnlyMemory<byte> data, V2Input input)
    {
        if (SpecOf(input).Type is not TensorType.String)
        {
            if (input.Type is TensorType.Bool && data.Span.IndexOfAnyExceptInRange((byte)0, (byte)1) is var bad and >= 0)
            {
                errors.Add(input.ElementPath(bad), $"expected a byte that is 0 or 1, found {data.Span[bad]}");
            }

            Set(input, data, null);
            return;
        }

        if ((long)input.Count * BinaryTexts.LengthBytes > data.Length)
        {
            errors.Add(input.Path("parameters.binary_data_size"), $"expected at least {BinaryTexts.LengthBytes} bytes for each of {input.Count} elements");
            return;
        }

        var strings = new string[input.Count];
        var elements = new BinaryTexts(data.Span);
        for (var i = 0; elements.MoveNext(input, i, errors); i++)
        {
            strings[i] = System.Text.Encoding.UTF8.GetString(elements.Current);
        }

        Set(input, default, strings);
    }

    public override void End()
    {
        for (var i = 0; i < _tensors.Length; i++)
        {
            if (_tensors[i] is null)
            {
                errors.Add("inputs", $"expected an input '{model.Inputs[i].Name}'");
            }
        }
    }

    public override DialectReading Reading(V2Answer answer) => new DialectReading.Tensors(
        [.. _tensors.OfType<NamedTensor>()], [.. answer.Outputs.Select(output => model.Outputs[output.Index].Name)], answer)
    { RequestId = answer.Id };

    private static bool Fits(ReadOnlySpan<long> shape, IReadOnlyList<long> wanted)
    {
        if (shape.Length != wanted.Count)
        {
            return false;
        }

        for (var i = 0; i < shape.Length; i++)
        {
            if (wanted[i] >= 0 && shape[i] != wanted[i])
            {
                return false;
            }
        }

        return true;
    }

    private TensorSpec SpecOf(V2Input input) => model.Inputs[input.Name ?? 0];

    private void Set(V2Input input, ReadOnlyMemory<byte> data, string[]? strings)
    {
        var spec = SpecOf(input);
        _tensors[input.Name ?? 0] = new NamedTensor(spec.Name, spec.Type, input.Shape.ToArray(), data, strings);
    }

    private readonly ref struct StringSink(string[] strings) : IElementSink
    {
        public string? Take(ref Utf8JsonReader json, int index)
        {
            strings[index] = json.TokenType is JsonTokenType.String ? json.GetString() ?? "" : "";
            return json.TokenType is JsonTokenType.String ? null : V2Datatypes.Elements(TensorType.String);
        }
    }

    private readonly ref struct ByteSink(TensorType type, byte[] data) : IElementSink
    {
        public string? Take(ref Utf8JsonReader json, int index)
        {
            var isRead = type switch
            {
                TensorType.Float32 => TrySetSingle(ref json, index),
                TensorType.Float64 => JsonScalars.TryReadReal(ref json, out var real) && Set(index, real),
                TensorType.Bool => JsonScalars.TryReadNumber(ref json, type, out var truth) && Set(index, (byte)truth),
                TensorType.Int8 => JsonScalars.TryReadWhole<sbyte>(ref json, out var whole) && Set(index, whole),
                TensorType.Int16 => JsonScalars.TryReadWhole<short>(ref json, out var whole) && Set(index, whole),
                TensorType.Int32 => JsonScalars.TryReadWhole<int>(ref json, out var whole) && Set(index, whole),
                TensorType.Int64 => JsonScalars.TryReadWhole<long>(ref json, out var whole) && Set(index, whole),
                TensorType.UInt8 => JsonScalars.TryReadWhole<byte>(ref json, out var whole) && Set(index, whole),
                TensorType.UInt16 => JsonScalars.TryReadWhole<ushort>(ref json, out var whole) && Set(index, whole),
                TensorType.UInt32 => JsonScalars.TryReadWhole<uint>(ref json, out var whole) && Set(index, whole),
                TensorType.UInt64 => JsonScalars.TryReadWhole<ulong>(ref json, out var whole) && Set(index, whole),
                _ => false,
            };
            return isRead ? null : V2Datatypes.Elements(type);
        }

        private bool TrySetSingle(ref Utf8JsonReader json, int index)
        {
            // Too large for a float is refused; an infinity that is said to be one is not.
            return JsonScalars.TryReadReal(ref json, out var real)
                && (float.IsFinite((float)real) || !double.IsFinite(real))
                && Set(index, (float)real);
        }

        private bool Set<T>(int index, T value)
            where T : struct
        {
            MemoryMarshal.Cast<byte, T>(data.AsSpan())[index] = value;
            return true;
        }
    }
}
