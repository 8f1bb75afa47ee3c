using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;

namespace Microsoft.ML.Trainers.FastTree
{
    public abstract class TreeOptions : TrainerInputBaseWithGroupId
    {
        public int? NumberOfThreads;

        public int Seed;

        public int FeatureSelectionSeed;

        public int NumberOfTrees;

        public int NumberOfLeaves;

        public int MinimumExampleCountPerLeaf;

        internal TreeOptions()
        {
        }
    }

    public abstract class BoostedTreeOptions : TreeOptions
    {
        public double LearningRate;

        internal BoostedTreeOptions()
        {
        }
    }

    public abstract class FastTreeTrainerBase<TOptions, TTransformer, TModel> : TrainerEstimatorBaseWithGroupId<TTransformer, TModel>
        where TOptions : TreeOptions, new()
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        private protected FastTreeTrainerBase()
        {
        }

        public override TrainerInfo Info => throw StandIn.Missing();
    }

    public abstract class BoostingFastTreeTrainerBase<TOptions, TTransformer, TModel> : FastTreeTrainerBase<TOptions, TTransformer, TModel>
        where TOptions : BoostedTreeOptions, new()
        where TTransformer : ISingleFeaturePredictionTransformer<TModel>
        where TModel : class
    {
        private protected BoostingFastTreeTrainerBase()
        {
        }
    }

    public abstract class TreeEnsembleModelParameters : ModelParametersBase<float>
    {
        internal TreeEnsembleModelParameters()
        {
        }
    }

    public abstract class TreeEnsembleModelParametersBasedOnRegressionTree : TreeEnsembleModelParameters
    {
        internal TreeEnsembleModelParametersBasedOnRegressionTree()
        {
        }
    }

    public sealed class FastTreeBinaryModelParameters : TreeEnsembleModelParametersBasedOnRegressionTree
    {
        private FastTreeBinaryModelParameters()
        {
        }
    }

    public sealed class FastTreeRegressionModelParameters : TreeEnsembleModelParametersBasedOnRegressionTree
    {
        private FastTreeRegressionModelParameters()
        {
        }
    }

    public sealed class FastTreeBinaryTrainer
        : BoostingFastTreeTrainerBase<
            FastTreeBinaryTrainer.Options,
            BinaryPredictionTransformer<CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator>>,
            CalibratedModelParametersBase<FastTreeBinaryModelParameters, PlattCalibrator>>
    {
        private FastTreeBinaryTrainer()
        {
        }

        public sealed class Options : BoostedTreeOptions
        {
            public Options()
            {
            }
        }
    }

    public sealed class FastTreeRegressionTrainer
        : BoostingFastTreeTrainerBase<
            FastTreeRegressionTrainer.Options,
            RegressionPredictionTransformer<FastTreeRegressionModelParameters>,
            FastTreeRegressionModelParameters>
    {
        private FastTreeRegressionTrainer()
        {
        }

        public sealed class Options : BoostedTreeOptions
        {
            public Options()
            {
            }
        }
    }
}

namespace Microsoft.ML
{
    public static class TreeExtensions
    {
        public static FastTreeBinaryTrainer FastTree(
            this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, FastTreeBinaryTrainer.Options options) =>
            throw StandIn.Missing();

        public static FastTreeRegressionTrainer FastTree(
            this RegressionCatalog.RegressionTrainers catalog, FastTreeRegressionTrainer.Options options) => throw StandIn.Missing();
    }
}
