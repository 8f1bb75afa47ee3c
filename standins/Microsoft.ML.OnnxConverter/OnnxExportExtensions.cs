namespace Microsoft.ML;

public static class OnnxExportExtensions
{
    public static void ConvertToOnnx(
        this ModelOperationsCatalog catalog, ITransformer transform, IDataView inputData, Stream stream, params string[] outputColumns) =>
        throw StandIn.Missing();
}
