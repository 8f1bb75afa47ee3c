using Microsoft.ML.Data;

namespace Microsoft.ML
{
    public sealed class ModelSaveContext
    {
        private ModelSaveContext()
        {
        }
    }

    public sealed class SchemaShape
    {
        private SchemaShape()
        {
        }
    }

    public sealed class TrainerInfo
    {
        private TrainerInfo()
        {
        }
    }

    public interface ICanSaveModel
    {
        void Save(ModelSaveContext ctx);
    }

    public interface ITransformer : ICanSaveModel
    {
        bool IsRowToRowMapper { get; }

        DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

        IDataView Transform(IDataView input);

        IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema);
    }

    public interface IPredictionTransformer<out TModel> : ITransformer
        where TModel : class
    {
        TModel Model { get; }
    }

    public interface ISingleFeaturePredictionTransformer<out TModel> : IPredictionTransformer<TModel>
        where TModel : class
    {
        string FeatureColumnName { get; }

        DataViewType FeatureColumnType { get; }
    }

    public interface IEstimator<out TTransformer>
        where TTransformer : ITransformer
    {
        TTransformer Fit(IDataView input);

        SchemaShape GetOutputSchema(SchemaShape inputSchema);
    }
}

namespace Microsoft.ML.Data
{
    public interface IRowToRowMapper
    {
        DataViewSchema InputSchema { get; }

        DataViewSchema OutputSchema { get; }

        IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns);

        DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns);
    }

    public abstract class PredictionTransformerBase<TModel> : IPredictionTransformer<TModel>, IDisposable
        where TModel : class
    {
        private protected PredictionTransformerBase()
        {
        }

        public TModel Model => throw StandIn.Missing();

        bool ITransformer.IsRowToRowMapper => throw StandIn.Missing();

        public abstract DataViewSchema GetOutputSchema(DataViewSchema inputSchema);

        public IDataView Transform(IDataView input) => throw StandIn.Missing();

        public void Dispose() => throw StandIn.Missing();

        IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => throw StandIn.Missing();

        void ICanSaveModel.Save(ModelSaveContext ctx) => throw StandIn.Missing();
    }

    public abstract class SingleFeaturePredictionTransformerBase<TModel>
        : PredictionTransformerBase<TModel>, ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        private protected SingleFeaturePredictionTransformerBase()
        {
        }

        public string FeatureColumnName => throw StandIn.Missing();

        public DataViewType FeatureColumnType => throw StandIn.Missing();

        public sealed override DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => throw StandIn.Missing();
    }

    public sealed class BinaryPredictionTransformer<TModel> : SingleFeaturePredictionTransformerBase<TModel>
        where TModel : class
    {
        private BinaryPredictionTransformer()
        {
        }
    }

    public sealed class MulticlassPredictionTransformer<TModel> : SingleFeaturePredictionTransformerBase<TModel>
        where TModel : class
    {
        private MulticlassPredictionTransformer()
        {
        }
    }

    public sealed class RegressionPredictionTransformer<TModel> : SingleFeaturePredictionTransformerBase<TModel>
        where TModel : class
    {
        private RegressionPredictionTransformer()
        {
        }
    }
}
