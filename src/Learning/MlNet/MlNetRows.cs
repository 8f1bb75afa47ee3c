using Microsoft.ML;
using Microsoft.ML.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A row with nothing but its encoded features.</summary>
internal sealed class MlNetFeatures
{
    public float[] Features { get; set; } = [];
}

/// <summary>A row to learn from: <typeparamref name="TLabel"/> is bool for two classes, uint from 1 for more, float for a quantity.</summary>
internal sealed class MlNetRow<TLabel>
    where TLabel : struct
{
    public float[] Features { get; set; } = [];

    public TLabel Label { get; set; }

    public float Weight { get; set; }
}

/// <summary>Encoded rows as ML.NET takes them.</summary>
internal static class MlNetRows
{
    public const string Features = nameof(MlNetFeatures.Features);
    public const string Label = nameof(MlNetRow<>.Label);
    public const string Weight = nameof(MlNetRow<>.Weight);

    public static IDataView ToScore(MLContext context, DesignMatrix matrix) => context.Data.LoadFromEnumerable(
        Enumerable.Range(0, matrix.Rows).Select(row => new MlNetFeatures { Features = Dense(matrix, row) }),
        Schema(typeof(MlNetFeatures), matrix.Width));

    public static IDataView ToLearn(MLContext context, DesignMatrix matrix, TrainingData data)
    {
        switch (data.Signature.Task)
        {
            case TaskType.Binary:
                return Load(context, matrix, data, target => target is 1, null);
            case TaskType.Multiclass:
                // Keys count from 1; 0 is a missing one.
                return Load(context, matrix, data, target => (uint)target + 1, new KeyDataViewType(typeof(uint), data.Signature.Classes.Count));
            default:
                return Load(context, matrix, data, target => (float)target, null);
        }
    }

    private static IDataView Load<TLabel>(
        MLContext context, DesignMatrix matrix, TrainingData data, Func<double, TLabel> label, DataViewType? labelType)
        where TLabel : struct
    {
        var schema = Schema(typeof(MlNetRow<TLabel>), matrix.Width);
        if (labelType is not null)
        {
            schema[Label].ColumnType = labelType;
        }

        var rows = Enumerable.Range(0, matrix.Rows).Select(row => new MlNetRow<TLabel>
        {
            Features = Dense(matrix, row),
            Label = label(data.Target[row]),
            Weight = (float)(data.Weights?[row] ?? 1),
        });
        return context.Data.LoadFromEnumerable(rows, schema);
    }

    private static SchemaDefinition Schema(Type rowType, int width)
    {
        var schema = SchemaDefinition.Create(rowType);
        schema[Features].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return schema;
    }

    private static float[] Dense(DesignMatrix matrix, int row)
    {
        var sum = new double[matrix.Width];
        matrix.AddRow(row, 1, sum);
        return Array.ConvertAll(sum, value => (float)value);
    }
}
