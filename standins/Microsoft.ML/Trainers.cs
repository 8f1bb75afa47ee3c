using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Trainers
{
    public abstract class TrainerInputBase
    {
        public string FeatureColumnName = "Features";

        internal TrainerInputBase()
        {
        }
    }

    public abstract class TrainerInputBaseWithLabel : TrainerInputBase
    {
        public string LabelColumnName = "Label";

        internal TrainerInputBaseWithLabel()
        {
        }
    }

    public abstract class TrainerInputBaseWithWeight : TrainerInputBaseWithLabel
    {
        public string? ExampleWeightColumnName;

        internal TrainerInputBaseWithWeight()
        {
        }
    }

    public abstract class TrainerInputBaseWithGroupId : TrainerInputBaseWithWeight
    {
        internal TrainerInputBaseWithGroupId()
        {
        }
    }

    public interface ITrainerEstimator<out TTransformer, out TModel> : IEstimator<TTransformer>
        where TTransformer : IPredictionTransformer<TModel>
        where TModel : class
    {
        TrainerInfo Info { get; }
    }

    public abstract class TrainerEstimatorBase<TTransformer, TModel> : ITrainerEstimator<TTransformer, TModel>
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        internal TrainerEstimatorBase()
        {
        }

        public abstract TrainerInfo Info { get; }

        public TTransformer Fit(IDataView input) => throw StandIn.Missing();

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => throw StandIn.Missing();
    }

    public abstract class TrainerEstimatorBaseWithGroupId<TTransformer, TModel> : TrainerEstimatorBase<TTransformer, TModel>
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        internal TrainerEstimatorBaseWithGroupId()
        {
        }
    }

    public abstract class StochasticTrainerBase<TTransformer, TModel> : TrainerEstimatorBase<TTransformer, TModel>
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        internal StochasticTrainerBase()
        {
        }

        public override TrainerInfo Info => throw StandIn.Missing();
    }

    public abstract class SdcaTrainerBase<TOptions, TTransformer, TModel> : StochasticTrainerBase<TTransformer, TModel>
        where TOptions : SdcaTrainerBase<TOptions, TTransformer, TModel>.OptionsBase, new()
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        internal SdcaTrainerBase()
        {
        }

        public abstract class OptionsBase : TrainerInputBaseWithWeight
        {
            public float? L2Regularization;

            public float? L1Regularization;

            public int? MaximumNumberOfIterations;

            public int? NumberOfThreads;

            internal OptionsBase()
            {
            }
        }
    }

    public abstract class SdcaBinaryTrainerBase<TModelParameters>
        : SdcaTrainerBase<SdcaBinaryTrainerBase<TModelParameters>.BinaryOptionsBase, BinaryPredictionTransformer<TModelParameters>, TModelParameters>
        where TModelParameters : class
    {
        internal SdcaBinaryTrainerBase()
        {
        }

        public class BinaryOptionsBase : OptionsBase
        {
            public BinaryOptionsBase()
            {
            }
        }
    }

    public abstract class SdcaMulticlassTrainerBase<TModel>
        : SdcaTrainerBase<SdcaMulticlassTrainerBase<TModel>.MulticlassOptions, MulticlassPredictionTransformer<TModel>, TModel>
        where TModel : class
    {
        internal SdcaMulticlassTrainerBase()
        {
        }

        public class MulticlassOptions : OptionsBase
        {
            public MulticlassOptions()
            {
            }
        }
    }

    public sealed class SdcaLogisticRegressionBinaryTrainer
        : SdcaBinaryTrainerBase<CalibratedModelParametersBase<LinearBinaryModelParameters, PlattCalibrator>>
    {
        private SdcaLogisticRegressionBinaryTrainer()
        {
        }

        public sealed class Options : BinaryOptionsBase
        {
            public Options()
            {
            }
        }
    }

    public sealed class SdcaMaximumEntropyMulticlassTrainer : SdcaMulticlassTrainerBase<MaximumEntropyModelParameters>
    {
        private SdcaMaximumEntropyMulticlassTrainer()
        {
        }

        public sealed class Options : MulticlassOptions
        {
            public Options()
            {
            }
        }
    }

    public sealed class SdcaRegressionTrainer
        : SdcaTrainerBase<SdcaRegressionTrainer.Options, RegressionPredictionTransformer<LinearRegressionModelParameters>, LinearRegressionModelParameters>
    {
        private SdcaRegressionTrainer()
        {
        }

        public sealed class Options : OptionsBase
        {
            public Options()
            {
            }
        }
    }
}

namespace Microsoft.ML
{
    public static class StandardTrainersCatalog
    {
        public static SdcaLogisticRegressionBinaryTrainer SdcaLogisticRegression(
            this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, SdcaLogisticRegressionBinaryTrainer.Options options) =>
            throw StandIn.Missing();

        public static SdcaMaximumEntropyMulticlassTrainer SdcaMaximumEntropy(
            this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
            SdcaMaximumEntropyMulticlassTrainer.Options options) => throw StandIn.Missing();

        public static SdcaRegressionTrainer Sdca(this RegressionCatalog.RegressionTrainers catalog, SdcaRegressionTrainer.Options options) =>
            throw StandIn.Missing();
    }
}
