using Mlops.Onnx;

namespace Mlops.Learning;

/// <summary>Arithmetic that is either done on numbers or written down as nodes of a graph, so that one formula serves both.</summary>
internal interface IArithmetic<T>
{
    T Number(double value);

    T Add(T left, T right);

    T Sub(T left, T right);

    T Mul(T left, T right);

    T Div(T left, T right);

    T Min(T left, T right);

    T Max(T left, T right);

    T Abs(T value);

    T Floor(T value);

    /// <summary>1 where left ≥ right, else 0.</summary>
    T AtLeast(T left, T right);
}

internal readonly struct NumberArithmetic : IArithmetic<double>
{
    public double Number(double value) => value;

    public double Add(double left, double right) => left + right;

    public double Sub(double left, double right) => left - right;

    public double Mul(double left, double right) => left * right;

    public double Div(double left, double right) => left / right;

    public double Min(double left, double right) => Math.Min(left, right);

    public double Max(double left, double right) => Math.Max(left, right);

    public double Abs(double value) => Math.Abs(value);

    public double Floor(double value) => Math.Floor(value);

    public double AtLeast(double left, double right) => left >= right ? 1 : 0;
}

/// <summary>On tensors of doubles.</summary>
internal readonly struct GraphArithmetic(GraphWriter graph) : IArithmetic<GraphValue>
{
    public GraphValue Number(double value) => graph.Constant([value], 1);

    public GraphValue Add(GraphValue left, GraphValue right) => graph.Add(left, right);

    public GraphValue Sub(GraphValue left, GraphValue right) => graph.Sub(left, right);

    public GraphValue Mul(GraphValue left, GraphValue right) => graph.Mul(left, right);

    public GraphValue Div(GraphValue left, GraphValue right) => graph.Div(left, right);

    public GraphValue Min(GraphValue left, GraphValue right) => graph.Min(left, right);

    public GraphValue Max(GraphValue left, GraphValue right) => graph.Max(left, right);

    public GraphValue Abs(GraphValue value) => graph.Abs(value);

    public GraphValue Floor(GraphValue value) => graph.Floor(value);

    public GraphValue AtLeast(GraphValue left, GraphValue right) =>
        graph.Cast(graph.GreaterOrEqual(left, right), ElementType.Double);
}
