namespace Mlops.Training;

/// <summary>How the values of a parameter stand as numbers in a model of the search.</summary>
/// <remarks>Numbers stand for themselves, or by their logarithm where the space says so; choices by their index.</remarks>
internal sealed class ParameterCode
{
    private readonly Distribution _distribution;

    public ParameterCode(Distribution distribution)
    {
        _distribution = distribution;
        (Low, High, Step) = distribution switch
        {
            Distribution.Float { Log: true } number => (Math.Log(number.Low), Math.Log(number.High), 0.0),
            Distribution.Float { Step: { } step } stepped => (stepped.Low - (0.5 * step), stepped.High + (0.5 * step), step),
            Distribution.Float number => (number.Low, number.High, 0.0),
            Distribution.Int { Log: true } whole => (Math.Log(whole.Low - 0.5), Math.Log(whole.High + 0.5), 0.0),
            Distribution.Int whole => (whole.Low - (0.5 * whole.Step), whole.High + (0.5 * whole.Step), whole.Step),
            Distribution.Categorical choice => (0, choice.Choices.Count - 1, 0.0),
            _ => throw new NotSupportedException($"No code of {distribution}."),
        };
    }

    /// <summary>The least code; half a step below the least value where there are steps.</summary>
    public double Low { get; }

    /// <summary>The greatest code; half a step above the greatest value where there are steps.</summary>
    public double High { get; }

    /// <summary>0 for continuous codes, and for choices.</summary>
    public double Step { get; }

    public int? Choices => (_distribution as Distribution.Categorical)?.Choices.Count;

    /// <returns>NaN for a value that the parameter cannot have.</returns>
    public double Encode(HyperparameterValue value) => _distribution switch
    {
        Distribution.Categorical choice => IndexOf(choice.Choices, value),
        _ when !_distribution.Contains(value) => double.NaN,
        Distribution.Float { Log: true } or Distribution.Int { Log: true } => Math.Log(value.Number),
        _ => value.Number,
    };

    public HyperparameterValue Decode(double code) => _distribution switch
    {
        Distribution.Categorical choice => choice.Choices[(int)code],
        Distribution.Float { Log: true } number => Math.Clamp(Math.Exp(code), number.Low, number.High),
        Distribution.Int { Log: true } whole => Math.Clamp(Math.Round(Math.Exp(code)), whole.Low, whole.High),
        _ => code,
    };

    /// <summary>The code of the value that is nearest to a number between Low and High.</summary>
    public double Nearest(double code) => _distribution switch
    {
        Distribution.Int { Log: true } whole => Math.Log(Math.Clamp(Math.Round(Math.Exp(code)), whole.Low, whole.High)),
        Distribution.Int whole => OnStep(code, whole.Low, whole.High),
        Distribution.Float { Step: not null } stepped => OnStep(code, stepped.Low, stepped.High),
        _ => code,
    };

    private double OnStep(double code, double low, double high) =>
        Math.Clamp((Math.Round((code - low) / Step) * Step) + low, low, high);

    private static double IndexOf(IReadOnlyList<HyperparameterValue> choices, HyperparameterValue value)
    {
        for (var i = 0; i < choices.Count; i++)
        {
            if (choices[i] == value)
            {
                return i;
            }
        }

        return double.NaN;
    }
}
