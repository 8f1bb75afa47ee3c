using System.Reflection;
using System.Runtime.CompilerServices;
using Mlops.Api;
using Mlops.Http;
using Mlops.Learning;
using Mlops.LocalHost;
using Mlops.Onnx;
using Mlops.Pipelines;
using Mlops.Storage;

namespace Mlops.EndToEnd.Conventions;

/// <summary>What the rules are held against.</summary>
internal static class Assemblies
{
    public static Assembly Core { get; } = typeof(ITableStore).Assembly;

    public static Assembly Api { get; } = typeof(ApiApp).Assembly;

    public static Assembly Pipelines { get; } = typeof(PipelinesApp).Assembly;

    public static IReadOnlyList<Assembly> All { get; } =
    [
        Core, typeof(LearnerCatalog).Assembly, typeof(OnnxServices).Assembly, typeof(SqliteTableStore).Assembly, typeof(Paging).Assembly,
        Api, Pipelines,
        typeof(PlatformApps).Assembly,
    ];

    /// <summary>The types that people wrote.</summary>
    public static IEnumerable<Type> Types(Assembly assembly) => assembly.GetTypes().Where(type =>
        !type.Name.Contains('<', StringComparison.Ordinal)
        && type.DeclaringType?.Name.Contains('<', StringComparison.Ordinal) is not true
        && type.Namespace?.StartsWith(nameof(Mlops), StringComparison.Ordinal) is true
        && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null);
}
