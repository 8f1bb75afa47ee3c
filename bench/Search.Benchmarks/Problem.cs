namespace Mlops.Training;

/// <summary>A function to minimise whose least value is known; compare.py has the same.</summary>
internal sealed record Problem(string Name, double Optimum, SearchSpace Space, Func<IReadOnlyDictionary<string, HyperparameterValue>, double> Value)
{
    private static readonly double[][] HartmannScale =
    [
        [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14],
    ];

    private static readonly double[][] HartmannCentre =
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];

    public static IReadOnlyList<Problem> All { get; } =
    [
        OfNumbers("sphere5", 0, Repeated(5, -5, 5), x => x.Sum(value => value * value)),
        OfNumbers("rosenbrock5", 0, Repeated(5, -5, 10), x => Enumerable.Range(0, 4).Sum(i => (100 * Square(x[i + 1] - (x[i] * x[i]))) + Square(1 - x[i]))),
        OfNumbers("branin", 0.397887, [(-5, 10), (0, 15)], x =>
            Square(x[1] - (5.1 / (4 * Math.PI * Math.PI) * x[0] * x[0]) + (5 / Math.PI * x[0]) - 6)
            + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(x[0])) + 10),
        OfNumbers("hartmann6", -3.32237, Repeated(6, 0, 1), Hartmann),
        OfNumbers("ackley5", 0, Repeated(5, -32.768, 32.768), x =>
            (-20 * Math.Exp(-0.2 * Math.Sqrt(x.Average(value => value * value))))
            - Math.Exp(x.Average(value => Math.Cos(2 * Math.PI * value))) + 20 + Math.E),
        new("mixed", 0, Mixed(), MixedValue),
    ];

    private static SearchSpace Mixed() => new(
    [
        new SearchParameter("kind", new Distribution.Categorical(["a", "b", "c", "d"])),
        new SearchParameter("rate", new Distribution.Float(1e-5, 1, Log: true)),
        new SearchParameter("leaves", new Distribution.Int(2, 1024, Log: true)),
        new SearchParameter("share", new Distribution.Float(0, 1, Step: 0.05)),
    ]);

    private static double MixedValue(IReadOnlyDictionary<string, HyperparameterValue> at) =>
        at["kind"].Text switch { "a" => 0.5, "b" => 0, "c" => 1, _ => 0.7 }
        + (0.25 * Square(Math.Log10(at["rate"].Number) + 2))
        + (0.1 * Square(Math.Log2(at["leaves"].Number) - 5))
        + (4 * Square(at["share"].Number - 0.3));

    private static double Hartmann(double[] x)
    {
        double[] weights = [1.0, 1.2, 3.0, 3.2];
        return -weights.Select((weight, k) =>
            weight * Math.Exp(-x.Select((value, i) => HartmannScale[k][i] * Square(value - HartmannCentre[k][i])).Sum())).Sum();
    }

    private static Problem OfNumbers(string name, double optimum, (double Low, double High)[] box, Func<double[], double> value) => new(
        name, optimum,
        new SearchSpace([.. box.Select((range, i) => new SearchParameter($"x{i}", new Distribution.Float(range.Low, range.High)))]),
        at => value([.. box.Select((_, i) => at[$"x{i}"].Number)]));

    private static (double Low, double High)[] Repeated(int dimensions, double low, double high) =>
        [.. Enumerable.Repeat((low, high), dimensions)];

    private static double Square(double value) => value * value;
}
