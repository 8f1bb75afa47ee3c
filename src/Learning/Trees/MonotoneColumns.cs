using Mlops.Data;
using Mlops.Registry;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>What a spec asks of single features, as trees need it: by encoded column.</summary>
internal static class MonotoneColumns
{
    /// <returns>By column 1, −1 or 0; null if nothing is asked.</returns>
    /// <exception cref="TrainingRefusedException">It cannot be promised; the message names the feature.</exception>
    public static sbyte[]? Of(ModelSignature signature, IReadOnlyList<int> origins, TrainingOptions options)
    {
        if (options.Monotone is not { Count: > 0 } asked)
        {
            return null;
        }

        TrainingChecks.Refuse(
            signature.Task is TaskType.Multiclass,
            "Monotone features are promised for two classes and for quantities, not for more classes.");
        var features = new sbyte[signature.Features.Count];
        foreach (var (name, direction) in asked.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var index = signature.Features.ToList().FindIndex(feature => feature.Name == name);
            TrainingChecks.Refuse(index < 0, $"There is no feature '{name}' to be monotone in.");
            TrainingChecks.Refuse(!signature.Features[index].IsNumeric, $"'{name}' is not numeric: predictions cannot be monotone in it.");
            TrainingChecks.Refuse(
                signature.Features[index].Type is ColumnType.Timestamp
                    && options.Preprocessing?.GetValueOrDefault(name)?.Dates is not { Count: 0 },
                $"The month or the hour of '{name}' begins again and again: predictions can be monotone in it only without dates.");
            TrainingChecks.Refuse(direction is < -1 or > 1, $"Monotone '{name}': expected 1, -1 or 0, not {direction}.");
            features[index] = (sbyte)direction;
        }

        return features.All(direction => direction is 0) ? null : [.. origins.Select(origin => features[origin])];
    }
}
