using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Mlops.EndToEnd.Conventions;

/// <summary>Dependencies point one way: between projects, and within Core between slices.</summary>
public sealed partial class ArrowTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Hosts stand on apps, apps on adapters and learners, those on Core.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["Http"] = ["Core"],
        ["Onnx"] = ["Core"],
        ["Sqlite"] = ["Core"],
        ["Azure"] = ["Core"],
        ["Learning"] = ["Core", "Onnx"],
        ["Functions.Api"] = ["Core", "Http", "Onnx", "Sqlite", "Azure"],
        ["Functions.Pipelines"] = ["Core", "Http", "Onnx", "Sqlite", "Azure", "Learning"],
        ["LocalHost"] = ["Core", "Http", "Onnx", "Sqlite", "Azure", "Learning", "Functions.Api", "Functions.Pipelines"],
        ["Cli"] = ["Core", "LocalHost"],
    };

    /// <summary>What each slice of Core may use beside storage, statistics and the root's own types.</summary>
    private static readonly Dictionary<string, string[]> Slices = new(StringComparer.Ordinal)
    {
        [""] = [],
        ["Storage"] = [],
        ["Statistics"] = [],
        ["Data"] = [],
        ["Tracking"] = [],
        ["Drift"] = [],
        ["FeatureStore"] = [],
        ["Events"] = [],
        ["Registry"] = ["Data", "Tracking", "Drift", "FeatureStore", "Events"],
        ["Governance"] = ["Data", "Tracking", "Drift", "FeatureStore", "Events"],
        ["Serving"] = ["Data", "Tracking", "Drift", "FeatureStore", "Events", "Registry", "Governance"],
        ["AbTesting"] = ["Data", "Tracking", "Drift", "FeatureStore", "Events", "Registry", "Governance", "Serving"],
        ["Explanations"] = ["Data", "Tracking", "Drift", "FeatureStore", "Events", "Registry", "Governance", "Serving"],
        ["Training"] = ["Data", "Tracking", "Drift", "FeatureStore", "Events", "Registry", "Governance", "Serving", "Explanations"],
    };

    public static TheoryData<string> ProjectNames =>
        [.. Directory.GetFiles(Path.Combine(Root(), "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file))];

    public static TheoryData<string> SliceNames => [.. Assemblies.Types(Assemblies.Core).Select(Slice).Distinct()];

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_stands_only_on_those_below_it(string project)
    {
        var references = XDocument.Load(Path.Combine(Root(), "src", project, $"{project}.csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")?.Value.Replace('\\', '/') ?? ""));

        Assert.Empty(references.Except(Projects[project]));
    }

    [Theory]
    [MemberData(nameof(SliceNames))]
    public void A_slice_of_Core_stands_only_on_those_below_it(string slice)
    {
        var used = from type in Assemblies.Core.GetTypes()
                   where Slice(type) == slice
                   from other in Uses(type)
                   where other.Assembly == Assemblies.Core && Slice(other) != slice
                   select $"{type.Name} uses {Slice(other)}.{other.Name}";

        string[] below = ["", "Storage", "Statistics", .. Slices[slice]];
        Assert.DoesNotContain(used.Distinct(), use => !below.Any(name => use.Contains($" uses {name}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Core_stands_on_the_framework_and_its_abstractions_alone() => Assert.DoesNotContain(
        Assemblies.Core.GetReferencedAssemblies().Select(reference => reference.Name ?? ""), name => !FrameworkName().IsMatch(name));

    [Theory]
    [InlineData("Microsoft.Data.Sqlite", "Mlops.Sqlite")]
    [InlineData("Microsoft.ML.OnnxRuntime", "Mlops.Onnx")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", "Mlops.LocalHost")]
    public void What_is_behind_an_adapter_is_known_to_it_alone(string package, string adapter) => Assert.All(
        Assemblies.All.Where(assembly =>
            assembly.GetReferencedAssemblies().Any(reference => reference.Name?.StartsWith(package, StringComparison.Ordinal) is true)),
        assembly => Assert.Equal(adapter, assembly.GetName().Name));

    private static string Slice(Type type) =>
        type.Namespace is { } name && name.StartsWith("Mlops.", StringComparison.Ordinal) ? name.Split('.')[1] : "";

    /// <summary>Every type that a type's declaration or code names.</summary>
    private static IEnumerable<Type> Uses(Type type)
    {
        var methods = type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)).ToList();
        var named = new[] { type.BaseType }
            .Concat(type.GetInterfaces())
            .Concat(type.GetFields(Declared).Select(field => field.FieldType))
            .Concat(methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType))
            .Concat(methods.OfType<MethodInfo>().Select(method => method.ReturnType))
            .Concat(methods.SelectMany(method => method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType))
            .Concat(methods.SelectMany(CodeReference.Read).SelectMany(reference => Named(reference.Member)));
        return named.OfType<Type>().SelectMany(Parts).Distinct();
    }

    private static IEnumerable<Type?> Named(MemberInfo? member) => member switch
    {
        Type type => [type],
        MethodInfo method => [method.DeclaringType, method.ReturnType, .. method.IsGenericMethod ? method.GetGenericArguments() : []],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        _ => [member?.DeclaringType],
    };

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType() ?? type)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MlopsFunctions.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }

    /// <remarks>A collector of coverage adds netstandard to what it looks into.</remarks>
    [GeneratedRegex(@"^(netstandard|System(\..+)?|Microsoft\.Extensions\..+\.Abstractions)\z")]
    private static partial Regex FrameworkName();
}
