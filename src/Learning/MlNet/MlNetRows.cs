using Microsoft.ML;
using Microsoft.ML.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>A row with nothing but its encoded features.</summary>
internal sealed class MlNetFeatures
{
    public VBuffer<float> Features { get; set; }
}

/// <summary>A row to learn from: <typeparamref name="TLabel"/> is bool for two classes, uint for more, float for a quantity.</summary>
internal sealed class MlNetRow<TLabel>
    where TLabel : struct
{
    public VBuffer<float> Features { get; set; }

    public TLabel Label { get; set; }

    public float Weight { get; set; }
}

/// <summary>Of a row to learn from what it weighs.</summary>
internal sealed class MlNetWeight
{
    public float Weight { get; set; }
}

/// <summary>Encoded rows as ML.NET takes them.</summary>
internal static class MlNetRows
{
    public const string Features = nameof(MlNetFeatures.Features);
    public const string Label = nameof(MlNetRow<>.Label);
    public const string Weight = nameof(MlNetRow<>.Weight);

    public static IDataView ToScore(MLContext context, DesignMatrix matrix) => context.Data.LoadFromEnumerable(
        Encoded(matrix).Select(row => new MlNetFeatures { Features = row }),
        Schema(typeof(MlNetFeatures), matrix.Width));

    /// <summary>No row, for what asks only which columns there are.</summary>
    public static IDataView None(MLContext context, int width) =>
        context.Data.LoadFromEnumerable<MlNetFeatures>([], Schema(typeof(MlNetFeatures), width));

    public static IDataView ToLearn(MLContext context, DesignMatrix matrix, TrainingData data) => data.Signature.Task switch
    {
        TaskType.Binary => Load(context, matrix, data, target => target is 1, null),
        TaskType.Multiclass => Load(
            context, matrix, data, target => (uint)target, new KeyDataViewType(typeof(uint), data.Signature.Classes.Count)),
        _ => Load(context, matrix, data, target => (float)target, null),
    };

    private static IDataView Load<TLabel>(
        MLContext context, DesignMatrix matrix, TrainingData data, Func<double, TLabel> label, DataViewType? labelType)
        where TLabel : struct
    {
        var schema = Schema(typeof(MlNetRow<TLabel>), matrix.Width);
        if (labelType is not null)
        {
            schema[Label].ColumnType = labelType;
        }

        var rows = Encoded(matrix).Select((features, row) => new MlNetRow<TLabel>
        {
            Features = features,
            Label = label(data.Target[row]),
            Weight = (float)(data.Weights?[row] ?? 1),
        });

        // Trainers pass over the rows many times, and shuffle only what is cached: as a stream, rows sorted by target stay sorted.
        return context.Data.Cache(context.Data.LoadFromEnumerable(rows, schema));
    }

    private static SchemaDefinition Schema(Type rowType, int width)
    {
        var schema = SchemaDefinition.Create(rowType);
        schema[Features].ColumnType = new VectorDataViewType(NumberDataViewType.Single, width);
        return schema;
    }

    /// <summary>Rows without their zeros, of which categories and texts have many.</summary>
    private static IEnumerable<VBuffer<float>> Encoded(DesignMatrix matrix)
    {
        var (columns, values) = (new List<int>(), new List<float>());
        for (var row = 0; row < matrix.Rows; row++)
        {
            columns.Clear();
            values.Clear();
            matrix.ForEach(row, Keep);
            yield return new VBuffer<float>(matrix.Width, values.Count, [.. values], [.. columns]);
        }

        void Keep(int column, float value)
        {
            if (value is not 0)
            {
                columns.Add(column);
                values.Add(value);
            }
        }
    }
}
