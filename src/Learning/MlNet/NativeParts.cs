using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;

namespace Mlops.Learning;

/// <summary>The native libraries of ML.NET's packages, which are there for some platforms only.</summary>
internal static class NativeParts
{
    private static readonly Lazy<string?> MissingOfLightGbm = new(() =>
        WhyMissing("lib_lightgbm", typeof(LightGbmBinaryTrainer).Assembly) is { } reason
            ? $"{reason}: it is made for x64, and on Linux it needs libgomp"
            : null);

    // On other processors FastTree does without.
    private static readonly Lazy<string?> MissingOfFastTree = new(() =>
        RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86
            ? WhyMissing("FastTreeNative", typeof(FastTreeBinaryTrainer).Assembly)
            : null);

    /// <summary>Why LightGBM cannot be used here; null if it can.</summary>
    public static string? LightGbm => MissingOfLightGbm.Value;

    /// <summary>Why FastTree cannot be used here; null if it can.</summary>
    public static string? FastTree => MissingOfFastTree.Value;

    /// <summary>Why a native library that an assembly calls cannot be used; null if it can.</summary>
    public static string? WhyMissing(string library, Assembly caller) => NativeLibrary.TryLoad(library, caller, null, out _)
        ? null
        : $"its native library {library} does not load on {RuntimeInformation.RuntimeIdentifier}";
}
