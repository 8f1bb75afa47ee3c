namespace Mlops.Training;

/// <summary>The values that a parameter may take.</summary>
public abstract record Distribution
{
    private Distribution() { }

    /// <summary>Whether there is but one value, so that nothing is searched.</summary>
    public abstract bool IsSingle { get; }

    /// <summary>The distribution of a spec that has been checked; High is lowered to the last value that the step reaches.</summary>
    /// <exception cref="ArgumentException">Something that the type needs is absent.</exception>
    public static Distribution Of(ParameterSpec spec) => spec switch
    {
        { Type: ParameterType.Categorical, Choices: { } choices } => new Categorical(choices),
        { Type: ParameterType.Int, Low: { } low, High: { } high } => IntOf((long)low, (long)high, spec.Log, (long)(spec.Step ?? 1)),
        { Type: ParameterType.Float, Low: { } low, High: { } high, Step: { } step } => new Float(low, Reached(low, high, step), false, step),
        { Type: ParameterType.Float, Low: { } low, High: { } high } => new Float(low, high, spec.Log),
        _ => throw new ArgumentException("The parameter has neither a range nor choices.", nameof(spec)),
    };

    public abstract bool Contains(HyperparameterValue value);

    private static Int IntOf(long low, long high, bool log, long step) => new(low, low + ((high - low) / step * step), log, step);

    /// <summary>Low plus as many steps as fit, where rounding takes away no step.</summary>
    private static double Reached(double low, double high, double step)
    {
        var steps = (high - low) / step;
        var whole = Math.Abs(steps - Math.Round(steps)) < 1e-9 * Math.Max(1, steps) ? Math.Round(steps) : Math.Floor(steps);
        return Math.Min(high, low + (whole * step));
    }

    /// <param name="Step">Only Low plus multiples of it; null for every number.</param>
    public sealed record Float(double Low, double High, bool Log = false, double? Step = null) : Distribution
    {
        public override bool IsSingle => Low == High || (Step is { } step && High - Low < step * 0.5);

        /// <summary>How many values there are where there is a step.</summary>
        internal long Count => Step is { } step ? (long)Math.Round((High - Low) / step) + 1 : long.MaxValue;

        public override bool Contains(HyperparameterValue value) => value.IsNumber && value.Number >= Low && value.Number <= High;
    }

    public sealed record Int(long Low, long High, bool Log = false, long Step = 1) : Distribution
    {
        public override bool IsSingle => Low == High;

        internal long Count => ((High - Low) / Step) + 1;

        public override bool Contains(HyperparameterValue value) =>
            value.IsNumber && value.Number >= Low && value.Number <= High && double.IsInteger(value.Number);
    }

    public sealed record Categorical(IReadOnlyList<HyperparameterValue> Choices) : Distribution
    {
        public override bool IsSingle => Choices.Count is 1;

        public override bool Contains(HyperparameterValue value) => Choices.Contains(value);
    }
}
