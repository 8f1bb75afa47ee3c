using System.Text;
using Mlops.Data;
using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>What goes into a version's folder.</summary>
/// <param name="Onnx">The model.</param>
/// <param name="CreatedAt">When it was made; a retry passes the same instant.</param>
/// <param name="Example">A few rows of features as a client would send them.</param>
/// <param name="RunId">The tracking run that made it, if one did.</param>
/// <param name="Documents">The rest by file name: <see cref="ModelFiles.ReferenceProfile"/>, <see cref="ModelFiles.TrainingRecord"/>,
/// <see cref="ModelFiles.Evaluation"/>, <see cref="ModelFiles.ModelCard"/> and whatever else belongs to the version.</param>
public sealed record VersionContent(
    ReadOnlyMemory<byte> Onnx,
    ModelSignature Signature,
    DateTimeOffset CreatedAt,
    DataFrame? Example,
    string? RunId,
    IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Documents)
{
    /// <summary>Instead of example rows, of a model that takes tensors: inputs that it takes zeros in.</summary>
    public IReadOnlyList<TensorSpec>? TensorExample { get; init; }

    /// <param name="uuid">32 hexadecimal digits that name the model in its MLmodel file.</param>
    internal IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files(string uuid)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(Documents)
        {
            { ModelFiles.Onnx, Onnx },
            { ModelFiles.Signature, Storage.Documents.Write(Signature) },
            { ModelFiles.MlModel, Encoding.UTF8.GetBytes(MlModelFile.Write(this, uuid)) },
        };
        if (Example is not null)
        {
            files.Add(ModelFiles.InputExample, InputExampleFile.Write(Example));
        }
        else if (TensorExample is not null)
        {
            files.Add(ModelFiles.InputExample, TensorExampleFile.Write(TensorExample));
        }

        if (files.Keys.FirstOrDefault(path => !BlobPath.IsLegal(path)) is { } illegal)
        {
            throw new ArgumentException($"'{illegal}' is not a path in a version's folder.");
        }

        return files;
    }
}
