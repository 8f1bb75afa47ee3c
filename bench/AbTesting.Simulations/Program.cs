using System.Globalization;
using System.Text;
using Mlops.AbTesting;

// Simulates tests of which the truth is known and writes what came of it as a report with a picture.
// usage: AbTesting.Simulations [FOLDER [TESTS]]    (bench/reports, 2000)
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Length > 0 ? args[0] : "bench/reports";
var tests = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2_000;
var curves = new Lazy<PowerCurves>(() => new PowerCurves(tests));
Func<string>[] sections =
[
    () => """
        # A/B testing: how often it is wrong, and how soon it is right

        Written by `bench/AbTesting.Simulations`, seeded: the same figures on every machine but for the times at the end.

        ```
        dotnet run -c Release --project bench/AbTesting.Simulations
        ```

        In brackets twice the standard error of a share seen in so many simulated tests.
        """,
    () => FalseAlarms.Report(tests),
    () => curves.Value.Report(),
    () => Coverage.Report(tests),
    () => RatioAlarms.Report(tests),
    Regrets.Report,
    OffPolicyErrors.Report,
    AssignmentCost.Report,
];
var report = new StringBuilder();
foreach (var section in sections)
{
    var text = section().TrimEnd() + "\n";
    Console.WriteLine(text);
    report.Append(report.Length > 0 ? "\n" : "").Append(text);
}

File.WriteAllText(Path.Combine(folder, "ab-testing.md"), report.ToString());
File.WriteAllText(Path.Combine(folder, "ab-testing.svg"), curves.Value.Picture());
