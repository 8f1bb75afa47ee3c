using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace Microsoft.ML.Trainers.LightGbm
{
    public abstract class LightGbmTrainerBase<TOptions, TOutput, TTransformer, TModel> : TrainerEstimatorBaseWithGroupId<TTransformer, TModel>
        where TOptions : LightGbmTrainerBase<TOptions, TOutput, TTransformer, TModel>.OptionsBase, new()
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        private protected LightGbmTrainerBase()
        {
        }

        public override TrainerInfo Info => throw StandIn.Missing();

        public class OptionsBase : TrainerInputBaseWithGroupId
        {
            public int NumberOfIterations;

            public double? LearningRate;

            public int? NumberOfLeaves;

            public int? MinimumExampleCountPerLeaf;

            public int? NumberOfThreads;

            public int? Seed;

            public bool Deterministic;

            private protected OptionsBase()
            {
            }
        }
    }

    public sealed class LightGbmBinaryModelParameters : TreeEnsembleModelParametersBasedOnRegressionTree
    {
        private LightGbmBinaryModelParameters()
        {
        }
    }

    public sealed class LightGbmRegressionModelParameters : TreeEnsembleModelParametersBasedOnRegressionTree
    {
        private LightGbmRegressionModelParameters()
        {
        }
    }

    public sealed class LightGbmBinaryTrainer
        : LightGbmTrainerBase<
            LightGbmBinaryTrainer.Options,
            float,
            BinaryPredictionTransformer<CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator>>,
            CalibratedModelParametersBase<LightGbmBinaryModelParameters, PlattCalibrator>>
    {
        private LightGbmBinaryTrainer()
        {
        }

        public sealed class Options : OptionsBase
        {
            public Options()
            {
            }
        }
    }

    public sealed class LightGbmMulticlassTrainer
        : LightGbmTrainerBase<
            LightGbmMulticlassTrainer.Options,
            VBuffer<float>,
            MulticlassPredictionTransformer<OneVersusAllModelParameters>,
            OneVersusAllModelParameters>
    {
        private LightGbmMulticlassTrainer()
        {
        }

        public sealed class Options : OptionsBase
        {
            public Options()
            {
            }
        }
    }

    public sealed class LightGbmRegressionTrainer
        : LightGbmTrainerBase<
            LightGbmRegressionTrainer.Options,
            float,
            RegressionPredictionTransformer<LightGbmRegressionModelParameters>,
            LightGbmRegressionModelParameters>
    {
        private LightGbmRegressionTrainer()
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
    public static class LightGbmExtensions
    {
        public static LightGbmBinaryTrainer LightGbm(
            this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, LightGbmBinaryTrainer.Options options) =>
            throw StandIn.Missing();

        public static LightGbmMulticlassTrainer LightGbm(
            this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, LightGbmMulticlassTrainer.Options options) =>
            throw StandIn.Missing();

        public static LightGbmRegressionTrainer LightGbm(
            this RegressionCatalog.RegressionTrainers catalog, LightGbmRegressionTrainer.Options options) => throw StandIn.Missing();
    }
}
