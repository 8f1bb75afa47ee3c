using System.Buffers;
using System.Runtime.InteropServices;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>An output that is wanted.</summary>
/// <param name="Index">Among the model's.</param>
/// <param name="IsBinary">Whether in binary; as the request says for all if absent.</param>
internal readonly record struct V2Output(int Index, bool? IsBinary);

/// <summary>How one request wants its answer.</summary>
/// <param name="id">The request's own, which the answer repeats.</param>
/// <param name="outputs">At least one.</param>
/// <param name="isBinary">Whether outputs are in binary that do not say it themselves.</param>
internal sealed class V2Answer(V2Model model, string? id, IReadOnlyList<V2Output> outputs, bool isBinary) : IDialectAnswer
{
    private const string Binary = "application/octet-stream";

    /// <summary>The request's own id, if it gave one.</summary>
    public string? Id => id;

    public IReadOnlyList<V2Output> Outputs => outputs;

    /// <summary>Says which outputs cannot be written as they are wanted.</summary>
    public void CheckForms(V2Errors errors)
    {
        // By index here and below: an enumerator would take memory of each request.
        for (var i = 0; i < outputs.Count; i++)
        {
            var output = outputs[i];
            var spec = model.Outputs[output.Index];
            if (spec.Type is TensorType.Float16 && !IsBinary(output))
            {
                errors.Add("outputs", $"'{spec.Name}' is FP16, which is not for JSON; expected parameters.binary_data of true for it");
            }
        }
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel served, ReadOnlySpan<float> scores, in AnswerFacts facts)
    {
        var json = V2Json.Begin(output, model, id, facts);
        var (width, hasBinary) = (model.Signature.OutputWidth, false);
        var rows = scores.Length / width;
        Span<long> shape = [rows, width];
        for (var i = 0; i < outputs.Count; i++)
        {
            var wanted = outputs[i];
            var spec = model.Outputs[wanted.Index];
            json.BeginOutput(model.EncodedOutputs[wanted.Index], spec.Type, shape[..spec.Shape.Count]);
            hasBinary |= IsBinary(wanted);
            if (IsBinary(wanted))
            {
                json.BinarySize(spec.Type is TensorType.String ? LabelBytes(scores) : scores.Length * sizeof(float));
            }
            else if (spec.Type is TensorType.String)
            {
                json.Data(scores, model);
            }
            else
            {
                json.Data(scores);
            }

            json.EndOutput();
        }

        var length = json.End();
        for (var i = 0; i < outputs.Count; i++)
        {
            var wanted = outputs[i];
            if (IsBinary(wanted) && model.Outputs[wanted.Index].Type is TensorType.String)
            {
                WriteLabels(output, scores);
            }
            else if (IsBinary(wanted))
            {
                output.Write(MemoryMarshal.AsBytes(scores));
            }
        }

        return hasBinary ? new DialectAnswerForm(Binary, length) : DialectAnswerForm.Json;
    }

    public DialectAnswerForm Write(IBufferWriter<byte> output, ServedModel served, IReadOnlyList<NamedTensor> tensors, in AnswerFacts facts)
    {
        var json = V2Json.Begin(output, model, id, facts);
        var hasBinary = false;
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            json.BeginOutput(model.EncodedOutputs[outputs[i].Index], tensor.Type, [.. tensor.Shape]);
            hasBinary |= IsBinary(outputs[i]);
            if (IsBinary(outputs[i]))
            {
                json.BinarySize(tensor.Strings is { } strings ? strings.Sum(BinaryTexts.Size) : tensor.Data.Length);
            }
            else
            {
                json.Data(tensor);
            }

            json.EndOutput();
        }

        var length = json.End();
        for (var i = 0; i < tensors.Count; i++)
        {
            if (!IsBinary(outputs[i]))
            {
                continue;
            }

            output.Write(tensors[i].Data.Span);
            foreach (var text in tensors[i].Strings ?? [])
            {
                BinaryTexts.Write(output, text);
            }
        }

        return hasBinary ? new DialectAnswerForm(Binary, length) : DialectAnswerForm.Json;
    }

    private bool IsBinary(V2Output output) => output.IsBinary ?? isBinary;

    private long LabelBytes(ReadOnlySpan<float> scores)
    {
        var (bytes, width) = (0L, model.Signature.OutputWidth);
        for (var at = 0; at < scores.Length; at += width)
        {
            bytes += BinaryTexts.LengthBytes + model.Labels[model.Signature.Decide(scores.Slice(at, width))].Length;
        }

        return bytes;
    }

    private void WriteLabels(IBufferWriter<byte> output, ReadOnlySpan<float> scores)
    {
        var width = model.Signature.OutputWidth;
        for (var at = 0; at < scores.Length; at += width)
        {
            BinaryTexts.Write(output, model.Labels[model.Signature.Decide(scores.Slice(at, width))]);
        }
    }
}
