using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed class MLContext
{
    public MLContext(int? seed = default) => throw StandIn.Missing();

    public BinaryClassificationCatalog BinaryClassification => throw StandIn.Missing();

    public MulticlassClassificationCatalog MulticlassClassification => throw StandIn.Missing();

    public RegressionCatalog Regression => throw StandIn.Missing();

    public DataOperationsCatalog Data => throw StandIn.Missing();

    public ModelOperationsCatalog Model => throw StandIn.Missing();
}

public sealed class DataOperationsCatalog
{
    private DataOperationsCatalog()
    {
    }

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition? schemaDefinition = null)
        where TRow : class => throw StandIn.Missing();
}

public sealed class ModelOperationsCatalog
{
    private ModelOperationsCatalog()
    {
    }
}

public abstract class TrainCatalogBase
{
    private protected TrainCatalogBase()
    {
    }

    public abstract class CatalogInstantiatorBase
    {
        private protected CatalogInstantiatorBase()
        {
        }
    }
}

public sealed class BinaryClassificationCatalog : TrainCatalogBase
{
    private BinaryClassificationCatalog()
    {
    }

    public BinaryClassificationTrainers Trainers => throw StandIn.Missing();

    public sealed class BinaryClassificationTrainers : CatalogInstantiatorBase
    {
        private BinaryClassificationTrainers()
        {
        }
    }
}

public sealed class MulticlassClassificationCatalog : TrainCatalogBase
{
    private MulticlassClassificationCatalog()
    {
    }

    public MulticlassClassificationTrainers Trainers => throw StandIn.Missing();

    public sealed class MulticlassClassificationTrainers : CatalogInstantiatorBase
    {
        private MulticlassClassificationTrainers()
        {
        }
    }
}

public sealed class RegressionCatalog : TrainCatalogBase
{
    private RegressionCatalog()
    {
    }

    public RegressionTrainers Trainers => throw StandIn.Missing();

    public sealed class RegressionTrainers : CatalogInstantiatorBase
    {
        private RegressionTrainers()
        {
        }
    }
}
