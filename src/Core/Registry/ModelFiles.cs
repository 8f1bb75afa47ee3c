using System.Security.Cryptography;
using System.Text;
using Mlops.Storage;

namespace Mlops.Registry;

/// <summary>A version's files as they were written.</summary>
/// <param name="Id">Names the folder among those of its model.</param>
/// <param name="Size">Bytes of <c>model.onnx</c>.</param>
/// <param name="Sha256">Of <c>model.onnx</c>, 64 lower-case hexadecimal digits.</param>
public sealed record VersionFolder(string Id, long Size, string Sha256);

/// <param name="Path">Within the version's folder.</param>
/// <param name="Size">In bytes.</param>
public sealed record ModelFile(string Path, long Size);

/// <summary>The folder of every model version: the model and what is known of how it came to be.</summary>
/// <remarks>
/// A folder is written whole before its version is registered, so that no version lacks files. Its name follows from the
/// registration's idempotency key and the content of every file: writing it again writes the same, and a repeated attempt that
/// came to another result writes another folder instead of mixing two. Files of a version never change.
/// </remarks>
public sealed class ModelFiles(IBlobStore blobs)
{
    public const string Onnx = "model.onnx";
    public const string MlModel = "MLmodel";
    public const string Signature = "signature.json";
    public const string InputExample = "input_example.json";
    public const string ReferenceProfile = "reference_profile.json";
    public const string TrainingRecord = "training_record.json";
    public const string Evaluation = "evaluation.json";
    public const string Report = "report.html";
    public const string ModelCard = "model_card.md";

    private const int PageSize = 1_000;

    /// <summary>Writes the files of a version to be registered under <paramref name="idempotencyKey"/>.</summary>
    /// <exception cref="ArgumentException">A document's name is not a legal path or is that of a file written here.</exception>
    public async Task<VersionFolder> WriteAsync(
        TenantId tenant, ModelName name, string idempotencyKey, VersionContent content, CancellationToken cancellationToken)
    {
        var sha256 = Hash(content.Onnx.Span);
        var files = content.Files(Hash(Encoding.UTF8.GetBytes($"{tenant}\n{name}\n{idempotencyKey}\n{sha256}"))[..32]);
        var folder = FolderId(tenant, name, idempotencyKey, files);
        foreach (var (path, bytes) in files)
        {
            using var stream = new ReadOnlyMemoryStream(bytes);
            // A file that is there already has this content: the folder's name says so.
            await blobs.PutAsync(Blob(tenant, name, folder, path), stream, BlobCondition.Absent, cancellationToken);
        }

        return new VersionFolder(folder, content.Onnx.Length, sha256);
    }

    /// <summary>The files of a version by path.</summary>
    public async Task<IReadOnlyList<ModelFile>> ListAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        var prefix = Blob(tenant, version.Model, version.Folder, "");
        var files = new List<ModelFile>();
        string? continuation = null;
        do
        {
            var page = await blobs.ListAsync(prefix, PageSize, continuation, cancellationToken);
            files.AddRange(page.Blobs.Select(blob => new ModelFile(blob.Path[prefix.Length..], blob.Length)));
            continuation = page.Continuation;
        }
        while (continuation is not null);

        return files;
    }

    /// <returns>Null if the version has no such file. The caller disposes the stream.</returns>
    public Task<Stream?> OpenReadAsync(TenantId tenant, ModelVersion version, string path, CancellationToken cancellationToken)
    {
        var blob = Blob(tenant, version.Model, version.Folder, path);
        return BlobPath.IsLegal(blob)
            ? blobs.OpenReadAsync(blob, 0, null, cancellationToken)
            : Task.FromResult<Stream?>(null);
    }

    /// <summary>The bytes of <c>model.onnx</c>, checked against the version's hash.</summary>
    /// <exception cref="InvalidDataException">They are not there, or not those that were registered.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadOnnxAsync(TenantId tenant, ModelVersion version, CancellationToken cancellationToken)
    {
        await using var stream = await OpenReadAsync(tenant, version, Onnx, cancellationToken)
            ?? throw new InvalidDataException($"{version.Model} version {version.Number} has no {Onnx}.");
        var bytes = new byte[version.Size];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return read == bytes.Length && Hash(bytes) == version.Sha256
            ? bytes
            : throw new InvalidDataException($"{Onnx} of {version.Model} version {version.Number} is not what was registered.");
    }

    private static string Blob(TenantId tenant, ModelName name, string folder, string path) =>
        $"{tenant}/models/{name}/versions/{folder}/{path}";

    private static string FolderId(
        TenantId tenant, ModelName name, string idempotencyKey, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        // Tenant and name are in it because on some file systems the folders of 'Churn' and 'churn' are one.
        var manifest = new StringBuilder($"{tenant}\n{name}\n{idempotencyKey}\n");
        foreach (var (path, bytes) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            manifest.Append(Hash(bytes.Span)).Append(' ').Append(path).Append('\n');
        }

        return Hash(Encoding.UTF8.GetBytes(manifest.ToString()))[..32];
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
