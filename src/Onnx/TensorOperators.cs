namespace Mlops.Onnx;

/// <summary>Operators on tensors (ai.onnx, opset 17). Binary ones broadcast as numpy does.</summary>
/// <remarks>Source: https://github.com/onnx/onnx/blob/v1.12.0/docs/Operators.md.</remarks>
public static class TensorOperators
{
    public static GraphValue Identity(this GraphWriter graph, GraphValue value) => graph.Node("Identity", [value]);

    public static GraphValue Add(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Add", [left, right]);

    public static GraphValue Sub(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Sub", [left, right]);

    public static GraphValue Mul(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Mul", [left, right]);

    public static GraphValue Div(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Div", [left, right]);

    public static GraphValue MatMul(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("MatMul", [left, right]);

    /// <summary><paramref name="left"/> × <paramref name="right"/> + <paramref name="bias"/>, on matrices.</summary>
    public static GraphValue Gemm(
        this GraphWriter graph, GraphValue left, GraphValue right, GraphValue bias, bool transposeRight = false) =>
        graph.Node("Gemm", [left, right, bias], NodeSetting.Of("transB", transposeRight ? 1 : 0));

    public static GraphValue Sigmoid(this GraphWriter graph, GraphValue value) => graph.Node("Sigmoid", [value]);

    public static GraphValue Softmax(this GraphWriter graph, GraphValue value, int axis = -1) =>
        graph.Node("Softmax", [value], NodeSetting.Of("axis", axis));

    public static GraphValue Exp(this GraphWriter graph, GraphValue value) => graph.Node("Exp", [value]);

    public static GraphValue Log(this GraphWriter graph, GraphValue value) => graph.Node("Log", [value]);

    /// <summary>The greatest integer that is not greater, as a float.</summary>
    public static GraphValue Floor(this GraphWriter graph, GraphValue value) => graph.Node("Floor", [value]);

    public static GraphValue Abs(this GraphWriter graph, GraphValue value) => graph.Node("Abs", [value]);

    public static GraphValue Min(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Min", [left, right]);

    public static GraphValue Max(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Max", [left, right]);

    /// <summary>The sum of each row, [rows, 1].</summary>
    public static GraphValue RowSum(this GraphWriter graph, GraphValue matrix) =>
        graph.Node("ReduceSum", [matrix, graph.Vector(1)], NodeSetting.Of("keepdims", 1));

    /// <summary>The Euclidean length of each row, [rows, 1].</summary>
    public static GraphValue RowLength(this GraphWriter graph, GraphValue matrix) =>
        graph.Node("ReduceL2", [matrix], NodeSetting.Of("axes", [1L]), NodeSetting.Of("keepdims", 1));

    /// <summary>True where the value is NaN.</summary>
    public static GraphValue IsNaN(this GraphWriter graph, GraphValue value) => graph.Node("IsNaN", [value]);

    /// <summary>True where two numbers are equal; strings cannot be compared before opset 19 (encode them first).</summary>
    public static GraphValue Equal(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Equal", [left, right]);

    public static GraphValue Greater(this GraphWriter graph, GraphValue left, GraphValue right) => graph.Node("Greater", [left, right]);

    public static GraphValue GreaterOrEqual(this GraphWriter graph, GraphValue left, GraphValue right) =>
        graph.Node("GreaterOrEqual", [left, right]);

    public static GraphValue Where(this GraphWriter graph, GraphValue condition, GraphValue ifTrue, GraphValue ifFalse) =>
        graph.Node("Where", [condition, ifTrue, ifFalse]);

    public static GraphValue Cast(this GraphWriter graph, GraphValue value, ElementType to) =>
        graph.Node("Cast", [value], NodeSetting.Of("to", (long)to));

    public static GraphValue Concat(this GraphWriter graph, int axis, params ReadOnlySpan<GraphValue> values) =>
        graph.Node("Concat", values, NodeSetting.Of("axis", axis));

    /// <summary>The elements of an axis from <paramref name="start"/> up to, but without, <paramref name="end"/>.</summary>
    public static GraphValue Slice(this GraphWriter graph, GraphValue value, long start, long end, long axis) =>
        graph.Node("Slice", [value, graph.Vector(start), graph.Vector(end), graph.Vector(axis)]);

    /// <summary>The elements of an axis at <paramref name="indices"/>, in that order.</summary>
    public static GraphValue Gather(this GraphWriter graph, GraphValue value, long[] indices, int axis) =>
        graph.Node("Gather", [value, graph.Vector(indices)], NodeSetting.Of("axis", axis));

    /// <summary>The same elements in another shape; one length may be −1, to be worked out, and 0 keeps what was there.</summary>
    public static GraphValue Reshape(this GraphWriter graph, GraphValue value, params long[] shape) =>
        graph.Node("Reshape", [value, graph.Vector(shape)]);

    /// <summary>The index of the largest element along an axis, int64; the first of equals.</summary>
    public static GraphValue ArgMax(this GraphWriter graph, GraphValue value, int axis, bool keepDimension) =>
        graph.Node("ArgMax", [value], NodeSetting.Of("axis", axis), NodeSetting.Of("keepdims", keepDimension ? 1 : 0));
}
