using Microsoft.ML.Data;

namespace Microsoft.ML.Calibrators
{
    public interface ICalibrator
    {
        float PredictProbability(float output);
    }

    public sealed class PlattCalibrator : ICalibrator
    {
        private PlattCalibrator()
        {
        }

        public float PredictProbability(float output) => throw StandIn.Missing();
    }

    public abstract class CalibratedModelParametersBase
    {
        private protected CalibratedModelParametersBase()
        {
        }
    }

    public abstract class CalibratedModelParametersBase<TSubModel, TCalibrator> : CalibratedModelParametersBase
        where TSubModel : class
        where TCalibrator : class, ICalibrator
    {
        private protected CalibratedModelParametersBase()
        {
        }
    }
}

namespace Microsoft.ML.Trainers
{
    public abstract class ModelParametersBase<TOutput> : ICanSaveModel
    {
        internal ModelParametersBase()
        {
        }

        void ICanSaveModel.Save(ModelSaveContext ctx) => throw StandIn.Missing();
    }

    public abstract class LinearModelParameters : ModelParametersBase<float>
    {
        private protected LinearModelParameters()
        {
        }
    }

    public sealed class LinearBinaryModelParameters : LinearModelParameters
    {
        private LinearBinaryModelParameters()
        {
        }
    }

    public abstract class RegressionModelParameters : LinearModelParameters
    {
        private protected RegressionModelParameters()
        {
        }
    }

    public sealed class LinearRegressionModelParameters : RegressionModelParameters
    {
        private LinearRegressionModelParameters()
        {
        }
    }

    public abstract class LinearMulticlassModelParametersBase : ModelParametersBase<VBuffer<float>>
    {
        private protected LinearMulticlassModelParametersBase()
        {
        }
    }

    public sealed class MaximumEntropyModelParameters : LinearMulticlassModelParametersBase
    {
        private MaximumEntropyModelParameters()
        {
        }
    }

    public sealed class OneVersusAllModelParameters : ModelParametersBase<VBuffer<float>>
    {
        private OneVersusAllModelParameters()
        {
        }
    }
}
