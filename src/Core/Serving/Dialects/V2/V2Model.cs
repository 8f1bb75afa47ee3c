using System.Text;
using System.Text.Json;
using Mlops.Data;
using Mlops.Registry;

namespace Mlops.Serving;

/// <summary>A model version as the protocol sees it. Immutable but for caches that are safe for concurrent use.</summary>
internal sealed class V2Model
{
    public const string Prediction = "prediction";
    public const string Probabilities = "probabilities";

    /// <summary>What a request may say of an output's form, in the order of <see cref="_alone"/>.</summary>
    private static readonly bool?[] Forms = [null, false, true];

    private readonly V2Output[][][] _alone;

    public V2Model(ModelVersion version)
    {
        Signature = version.Signature;
        Number = JsonEncodedText.Encode(version.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (Signature.Tensors is { } tensors)
        {
            (Inputs, Outputs) = (tensors.Inputs, tensors.Outputs);
            InputNames = new Utf8Names(Inputs.Select(input => input.Name));
        }
        else
        {
            var slots = FeatureSlot.Of(Signature);
            (Numbers, Texts) = (slots.Count(slot => slot.Feature.IsNumeric), slots.Count(slot => !slot.Feature.IsNumeric));
            Columns = ColumnsOf(slots);
            Inputs = [.. slots.Select(slot => new TensorSpec(slot.Feature.Name, TypeOf(slot.Feature), [-1]))];
            Outputs = OutputsOf(Signature);
            InputNames = new Utf8Names(Columns.Select(columns => columns.Name));
        }

        AllOutputs = [.. Outputs.Select((_, index) => new V2Output(index, null))];
        _alone = [.. AllOutputs.Select(output => Forms.Select(form => new[] { output with { IsBinary = form } }).ToArray())];
        OutputNames = new Utf8Names(Outputs.Select(output => output.Name));
        Labels = [.. Signature.Classes.Select(Encoding.UTF8.GetBytes)];
        EncodedLabels = [.. Signature.Classes.Select(label => JsonEncodedText.Encode(label))];
        EncodedOutputs = [.. Outputs.Select(output => JsonEncodedText.Encode(output.Name))];
    }

    public ModelSignature Signature { get; }

    public bool TakesTensors => Signature.Tensors is not null;

    public IReadOnlyList<ColumnSchema> Features => Signature.Features;

    /// <summary>The version's number.</summary>
    public JsonEncodedText Number { get; }

    /// <summary>What it tells to take; of a model of a table one input for each feature.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>What is wanted of who asks for no outputs.</summary>
    public IReadOnlyList<V2Output> AllOutputs { get; }

    /// <summary>What is wanted of who asks for one output alone, as most do.</summary>
    public IReadOnlyList<V2Output> Alone(int output, bool? isBinary) => _alone[output][Array.IndexOf(Forms, isBinary)];

    /// <summary>What it takes by name: as many as <see cref="Inputs"/>, or of a model of a table as <see cref="Columns"/>.</summary>
    public Utf8Names InputNames { get; }

    public Utf8Names OutputNames { get; }

    /// <summary>How many numeric features a row has.</summary>
    public int Numbers { get; }

    /// <summary>How many other features a row has.</summary>
    public int Texts { get; }

    /// <summary>Each feature, then all numeric ones and all others together; none of a model that takes tensors.</summary>
    public V2Columns[] Columns { get; } = [];

    public byte[][] Labels { get; }

    public JsonEncodedText[] EncodedLabels { get; }

    public JsonEncodedText[] EncodedOutputs { get; }

    /// <summary>A feature has its name for itself, so that one called like a group hides the group.</summary>
    private static V2Columns[] ColumnsOf(FeatureSlot[] slots)
    {
        FeatureSlot[] numeric = [.. slots.Where(slot => slot.Feature.IsNumeric)];
        FeatureSlot[] texts = [.. slots.Where(slot => !slot.Feature.IsNumeric)];
        V2Columns[] groups = [new(ModelSignature.NumericInput, numeric), new("input-0", numeric), new(ModelSignature.StringInput, texts)];
        return
        [
            .. slots.Select(slot => new V2Columns(slot.Feature.Name, [slot])),
            .. groups.Where(group => group.Slots.Length > 0 && !slots.Any(slot => slot.Feature.Name == group.Name)),
        ];
    }

    /// <summary>What a feature is best sent as; any other datatype of numbers does for one that is numeric.</summary>
    private static TensorType TypeOf(ColumnSchema feature) => feature.Type switch
    {
        ColumnType.Category or ColumnType.Text => TensorType.String,
        ColumnType.Timestamp => TensorType.Float64,
        ColumnType.Integer when !feature.Nullable => TensorType.Int64,
        ColumnType.Boolean when !feature.Nullable => TensorType.Bool,
        _ => TensorType.Float32,
    };

    private static TensorSpec[] OutputsOf(ModelSignature signature) => signature.Task is TaskType.Regression
        ? [new(Prediction, TensorType.Float32, [-1])]
        : [new(Prediction, TensorType.String, [-1]), new(Probabilities, TensorType.Float32, [-1, signature.Classes.Count])];
}
