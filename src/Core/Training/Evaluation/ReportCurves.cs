using Mlops.Registry;

namespace Mlops.Training;

/// <summary>The parts of a report that plots are drawn from, bounded however many rows there are.</summary>
internal static class ReportCurves
{
    public const int MostPoints = 200;

    private const int MostClasses = 10;
    private const int MostSampled = 500;
    private const int ResidualBins = 30;

    /// <summary>Precision, recall, F1 and areas of each class against all others.</summary>
    public static IReadOnlyList<ClassReport> Classes(ModelSignature signature, double[] probabilities, double[] target, int[][] confusion)
    {
        var counts = new int[target.Length];
        counts.AsSpan().Fill(1);
        return [.. signature.Classes.Select(Of)];

        ClassReport Of(string name, int k)
        {
            var hits = confusion[k][k];
            var support = confusion[k].Sum();
            var predicted = confusion.Sum(row => row[k]);
            var areas = ClassificationMeasure.Ranked(probabilities, target, signature.Classes.Count, k).Areas(counts, byRow: true);
            return new ClassReport(
                name,
                support,
                Ratio(hits, predicted),
                Ratio(hits, support),
                Ratio(2 * hits, support + predicted),
                double.IsNaN(areas.Roc) ? null : areas.Roc,
                double.IsNaN(areas.AveragePrecision) ? null : areas.AveragePrecision);
        }
    }

    public static IReadOnlyList<ClassCurves> Curves(ModelSignature signature, double[] probabilities, double[] target)
    {
        var classes = signature.Classes.Count;
        return
        [
            .. Enumerable.Range(classes is 2 ? 1 : 0, classes is 2 ? 1 : Math.Min(classes, MostClasses))
                .Where(k => target.Contains(k) && target.Any(label => label != k))
                .Select(k => Curve(signature.Classes[k], ClassificationMeasure.Ranked(probabilities, target, classes, k), row => probabilities[(row * classes) + k])),
        ];
    }

    public static IReadOnlyList<CalibrationBin> Calibration(ModelSignature signature, double[] probabilities, double[] target)
    {
        const int Bins = ClassificationMeasure.CalibrationBins;
        var classes = signature.Classes.Count;
        var rows = new int[Bins];
        var predicted = new double[Bins];
        var observed = new double[Bins];
        for (var row = 0; row < target.Length; row++)
        {
            var of = probabilities.AsSpan(row * classes, classes);
            var k = classes is 2 ? 1 : ClassificationMeasure.Predicted(of, threshold: null);
            var bin = ClassificationMeasure.CalibrationBin(of[k]);
            rows[bin]++;
            predicted[bin] += of[k];
            observed[bin] += target[row] == k ? 1 : 0;
        }

        return
        [
            .. Enumerable.Range(0, Bins).Where(bin => rows[bin] > 0).Select(bin => new CalibrationBin(
                (double)bin / Bins, (bin + 1.0) / Bins, rows[bin], predicted[bin] / rows[bin], observed[bin] / rows[bin])),
        ];
    }

    public static ResidualReport Residuals(double[] predictions, double[] target)
    {
        var residuals = target.Zip(predictions, (truth, prediction) => truth - prediction).ToArray();
        var (low, high) = (residuals.Min(), residuals.Max());
        if (high <= low)
        {
            (low, high) = (low - 0.5, high + 0.5);
        }

        var counts = new int[ResidualBins];
        foreach (var residual in residuals)
        {
            counts[Math.Min((int)((residual - low) / (high - low) * ResidualBins), ResidualBins - 1)]++;
        }

        return new ResidualReport(
            residuals.Average(),
            [.. Enumerable.Range(0, ResidualBins + 1).Select(edge => low + ((high - low) * edge / ResidualBins))],
            counts,
            [.. Evenly(target.Length, MostSampled).Select(row => new PredictedValue(predictions[row], target[row]))]);
    }

    /// <summary>At most so many indices out of a number of them, evenly spaced, first and last among them.</summary>
    public static IEnumerable<int> Evenly(int count, int most) => count <= most
        ? Enumerable.Range(0, count)
        : Enumerable.Range(0, most).Select(i => (int)((long)i * (count - 1) / (most - 1)));

    private static ClassCurves Curve(string name, RankedScores ranked, Func<int, double> scoreOf)
    {
        var steps = ranked.Steps().ToList();
        double positives = steps[^1].Positives;
        double negatives = steps[^1].Negatives;
        return new ClassCurves(
            name,
            [
                new CurvePoint(0, 0),
                .. Evenly(steps.Count, MostPoints - 1).Select(i => steps[i]).Select(step =>
                    new CurvePoint(step.Negatives / negatives, step.Positives / positives, scoreOf(step.Last))),
            ],
            [
                .. Evenly(steps.Count, MostPoints).Select(i => steps[i]).Select(step => new CurvePoint(
                    step.Positives / positives, step.Positives / ((double)step.Positives + step.Negatives), scoreOf(step.Last))),
            ]);
    }

    private static double Ratio(double part, double whole) => whole is 0 ? 0 : part / whole;
}
