namespace Mlops.Learning;

/// <summary>What leaves and splits of one tree are worth: its limits with the scale of its sums.</summary>
/// <remarks>
/// Second-order objective with L1 and L2 as in Chen and Guestrin, "XGBoost: A scalable tree boosting system", KDD 2016, section 2.2; the
/// L1 term shrinks the gradient towards 0.
/// </remarks>
internal readonly struct LeafRule(GrowthLimits limits, FixedPoint scale)
{
    public GrowthLimits Limits => limits;

    public FixedPoint Scale => scale;

    public bool Allows(FixedSum sum) => scale.Count(sum) >= limits.MinRows && Allows(scale.Hessian(sum));

    public bool Allows(double hessian) => hessian >= limits.MinHessian && hessian + limits.L2 > 0;

    /// <summary>The gradient less what L1 takes.</summary>
    public double Shrunk(double gradient) => limits.L1 is 0
        ? gradient
        : gradient > limits.L1 ? gradient - limits.L1 : gradient < -limits.L1 ? gradient + limits.L1 : 0;

    /// <summary>Twice the loss that the best constant takes off these rows, to second order; 0 where the loss is flat.</summary>
    public double Score(FixedSum sum)
    {
        var (gradient, hessian) = (Shrunk(scale.Gradient(sum)), scale.Hessian(sum) + limits.L2);
        return hessian > 0 ? gradient * gradient / hessian : 0;
    }

    /// <summary>The same for a given constant.</summary>
    public double Score(FixedSum sum, double value) =>
        -((2 * Shrunk(scale.Gradient(sum)) * value) + ((scale.Hessian(sum) + limits.L2) * value * value));

    /// <summary>The constant that takes most off the loss within the bounds, to second order; 0 where the loss is flat.</summary>
    public double Value(FixedSum sum, ValueBounds bounds)
    {
        var hessian = scale.Hessian(sum) + limits.L2;
        return bounds.Clip(hessian > 0 ? -Shrunk(scale.Gradient(sum)) / hessian : 0);
    }
}
