namespace Mlops.Training;

/// <summary>Takes a number in [0, 1) to a value of a distribution: uniform numbers become uniform values.</summary>
internal static class UnitInterval
{
    /// <remarks>With Log uniform in the logarithm; whole numbers and steps each have an equal share (of the logarithm, with Log).</remarks>
    public static HyperparameterValue ToValue(Distribution distribution, double unit) => distribution switch
    {
        Distribution.Categorical { Choices: var choices } => choices[Index(unit, choices.Count)],
        Distribution.Int { Log: true } whole => Math.Clamp(
            Math.Round(Math.Exp(Between(Math.Log(whole.Low - 0.5), Math.Log(whole.High + 0.5), unit))), whole.Low, whole.High),
        Distribution.Int whole => whole.Low + (Math.Min((long)(unit * whole.Count), whole.Count - 1) * whole.Step),
        Distribution.Float { Step: { } step } stepped => Math.Min(
            stepped.Low + (Math.Min((long)(unit * stepped.Count), stepped.Count - 1) * step), stepped.High),
        Distribution.Float { Log: true } number => Math.Clamp(
            Math.Exp(Between(Math.Log(number.Low), Math.Log(number.High), unit)), number.Low, number.High),
        Distribution.Float number => Math.Clamp(Between(number.Low, number.High, unit), number.Low, number.High),
        _ => throw new NotSupportedException($"No value of {distribution}."),
    };

    private static int Index(double unit, int count) => Math.Min((int)(unit * count), count - 1);

    private static double Between(double low, double high, double unit) => low + ((high - low) * unit);
}
