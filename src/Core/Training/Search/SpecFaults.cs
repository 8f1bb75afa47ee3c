namespace Mlops.Training;

/// <summary>Collects what is wrong below one path of a spec.</summary>
internal sealed class SpecFaults(string path, List<SpecError> errors)
{
    /// <param name="at">A field below the path; empty for the path itself.</param>
    /// <returns>Whether it holds.</returns>
    public bool Require(bool holds, string at, string expected)
    {
        if (!holds)
        {
            errors.Add(new SpecError(at.Length is 0 ? path : $"{path}.{at}", expected));
        }

        return holds;
    }

    /// <summary>Whole numbers; an absent one is fine.</summary>
    public bool RequireRange(long? value, long low, long high, string at) => Require(
        value is null || (value >= low && value <= high), at, FormattableString.Invariant($"expected a whole number from {low} to {high}"));

    public SpecFaults Below(string at) => new($"{path}.{at}", errors);
}
