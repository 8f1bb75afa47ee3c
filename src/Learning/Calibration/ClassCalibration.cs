using Mlops.Onnx;
using Mlops.Training;

namespace Mlops.Learning;

/// <summary>Calibrated probabilities of all classes: of two by the positive one's, of more each against the rest, to sum to 1.</summary>
/// <remarks>Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002.</remarks>
internal sealed class ClassCalibration
{
    private readonly int _classes;
    private readonly ICalibrationCurve[] _curves;

    private ClassCalibration(int classes, ICalibrationCurve[] curves) => (_classes, _curves) = (classes, curves);

    /// <param name="probabilities">Row-major [rows, classes], of rows that the model has not seen.</param>
    /// <param name="target">The class index of each row.</param>
    /// <param name="weights">How much each row counts; null if all count alike.</param>
    public static ClassCalibration Learn(
        CalibrationMethod method, float[] probabilities, double[] target, int classes, double[]? weights)
    {
        var calibrated = classes is 2 ? [1] : Enumerable.Range(0, classes);
        return new ClassCalibration(classes, [.. calibrated.Select(k =>
        {
            var scores = target.Select((_, row) => probabilities[(row * classes) + k]).ToArray();
            var others = target.Select((_, row) => Others(probabilities.AsSpan(row * classes, classes), k)).ToArray();
            var outcomes = Array.ConvertAll(target, truth => truth == k ? 1.0 : 0);
            return method is CalibrationMethod.Isotonic
                ? (ICalibrationCurve)IsotonicCurve.Learn(scores, outcomes, weights)
                : PlattCurve.Learn(scores, others, outcomes, weights);
        })]);
    }

    /// <param name="probabilities">Row-major [rows, classes].</param>
    public float[] Apply(float[] probabilities)
    {
        var calibrated = new float[probabilities.Length];
        for (var start = 0; start < probabilities.Length; start += _classes)
        {
            var given = probabilities.AsSpan(start, _classes);
            var row = calibrated.AsSpan(start, _classes);
            if (_curves.Length is 1)
            {
                row[1] = _curves[0].At(given[1], given[0]);
                row[0] = 1 - row[1];
                continue;
            }

            float sum = 0;
            for (var k = 0; k < _classes; k++)
            {
                row[k] = _curves[k].At(given[k], Others(given, k));
                sum += row[k];
            }

            for (var k = 0; k < _classes; k++)
            {
                row[k] = sum > 0 ? row[k] / sum : 1f / _classes;
            }
        }

        return calibrated;
    }

    /// <param name="probabilities">Float [rows, classes], as is the result.</param>
    public GraphValue ToGraph(GraphWriter graph, GraphValue probabilities)
    {
        var one = graph.Constant([1f], 1);
        if (_curves.Length is 1)
        {
            var positive = CurveToGraph(graph, probabilities, 1);
            return graph.Concat(1, graph.Sub(one, positive), positive);
        }

        var curves = graph.Concat(1, [.. Enumerable.Range(0, _classes).Select(k => CurveToGraph(graph, probabilities, k))]);
        var sum = graph.RowSum(curves);
        var hasAny = graph.Greater(sum, graph.Constant([0f], 1));
        return graph.Where(
            hasAny,
            graph.Div(curves, graph.Where(hasAny, sum, one)),
            graph.Constant([.. Enumerable.Repeat(1f / _classes, _classes)], _classes));
    }

    private GraphValue CurveToGraph(GraphWriter graph, GraphValue probabilities, int k)
    {
        long[] others = [.. Enumerable.Range(0, _classes).Where(other => other != k).Select(other => (long)other)];
        return _curves[_curves.Length is 1 ? 0 : k].ToGraph(
            graph, graph.Gather(probabilities, [k], axis: 1), graph.RowSum(graph.Gather(probabilities, others, axis: 1)));
    }

    private static float Others(ReadOnlySpan<float> probabilities, int k)
    {
        float sum = 0;
        for (var other = 0; other < probabilities.Length; other++)
        {
            sum += other == k ? 0 : probabilities[other];
        }

        return sum;
    }
}
