namespace Mlops.Training;

/// <summary>A diagram in SVG with two axes, drawn in the data's coordinates.</summary>
/// <remarks>Colours come from the page's style sheet, so that they follow its light and dark scheme.</remarks>
internal sealed class Plot
{
    private const double Width = 420;
    private const double Height = 300;
    private const double Left = 52;
    private const double Right = 14;
    private const double Top = 12;
    private const double Bottom = 44;

    private readonly Markup _marks = new();
    private readonly string _title;
    private readonly Axis _x;
    private readonly Axis _y;

    /// <param name="title">What the plot shows, for those who cannot see it too.</param>
    public Plot(string title, Axis x, Axis y) => (_title, _x, _y) = (title, x, y);

    public Plot Line(IEnumerable<(double X, double Y)> points, string style)
    {
        _marks.Add($"<polyline class=\"line {style}\" points=\"{Points(points)}\"/>");
        return this;
    }

    /// <summary>A line that stays level between points and rises at them.</summary>
    public Plot Steps(IReadOnlyList<(double X, double Y)> points, string style)
    {
        var corners = new List<(double, double)>();
        for (var i = 0; i < points.Count; i++)
        {
            if (i > 0)
            {
                corners.Add((points[i].X, points[i - 1].Y));
            }

            corners.Add(points[i]);
        }

        return Line(corners, style);
    }

    /// <param name="radius">In pixels.</param>
    /// <param name="about">What a pointer resting on the dot is told.</param>
    public Plot Dot(double x, double y, double radius, string style, string about)
    {
        _marks.Add($"<circle class=\"dot {style}\" cx=\"{X(x)}\" cy=\"{Y(y)}\" r=\"{radius}\"><title>{about}</title></circle>");
        return this;
    }

    public Plot Bar(double from, double to, double height, string style, string about)
    {
        var (left, right) = (X(from) + 1, X(to) - 1);
        _marks.Add(
            $"<rect class=\"bar {style}\" x=\"{left}\" y=\"{Y(height)}\" width=\"{Math.Max(right - left, 1)}\" height=\"{Y(_y.Low) - Y(height)}\"><title>{about}</title></rect>");
        return this;
    }

    /// <summary>A thin line through the whole plot.</summary>
    public Plot Vertical(double x)
    {
        _marks.Add($"<line class=\"reference\" x1=\"{X(x)}\" x2=\"{X(x)}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
        return this;
    }

    public Markup Draw()
    {
        var svg = Markup.Of($"<svg class=\"plot\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{_title}</title>");
        foreach (var tick in _x.Ticks())
        {
            svg.Add($"<line class=\"grid\" x1=\"{X(tick)}\" x2=\"{X(tick)}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
            svg.Add($"<text class=\"tick\" x=\"{X(tick)}\" y=\"{Height - Bottom + 16}\" text-anchor=\"middle\">{_x.Text(tick)}</text>");
        }

        foreach (var tick in _y.Ticks())
        {
            svg.Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(tick)}\" y2=\"{Y(tick)}\"/>");
            svg.Add($"<text class=\"tick\" x=\"{Left - 7}\" y=\"{Y(tick) + 4}\" text-anchor=\"end\">{_y.Text(tick)}</text>");
        }

        var (middleX, middleY) = ((Left + Width - Right) / 2, (Top + Height - Bottom) / 2);
        svg.Add($"<text class=\"axis\" x=\"{middleX}\" y=\"{Height - 8}\" text-anchor=\"middle\">{_x.Label}</text>");
        svg.Add($"<text class=\"axis\" transform=\"translate(12 {middleY}) rotate(-90)\" text-anchor=\"middle\">{_y.Label}</text>");
        return svg.Add($"{_marks}</svg>");
    }

    private double X(double value) => Left + (_x.Share(value) * (Width - Left - Right));

    private double Y(double value) => Height - Bottom - (_y.Share(value) * (Height - Top - Bottom));

    private Markup Points(IEnumerable<(double X, double Y)> points) =>
        Markup.Join(points.Select(point => Markup.Of($"{X(point.X)},{Y(point.Y)} ")));
}

/// <summary>A linear axis.</summary>
internal sealed record Axis(string Label, double Low, double High)
{
    private const int WantedTicks = 5;

    public static Axis Share(string label) => new(label, 0, 1);

    /// <summary>From the least to the greatest value, widened a little; a single value in the middle.</summary>
    public static Axis Around(string label, IEnumerable<double> values)
    {
        var all = values.Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        var (low, high) = (all.Min(), all.Max());
        var margin = high > low ? (high - low) * 0.04 : Math.Max(Math.Abs(low) * 0.1, 0.5);
        return new Axis(label, low - margin, high + margin);
    }

    /// <summary>From 0 to the greatest value.</summary>
    public static Axis FromZero(string label, IEnumerable<double> values) => new(label, 0, Math.Max(values.DefaultIfEmpty(1).Max() * 1.05, 1e-12));

    /// <summary>0 at the low end, 1 at the high end; what lies outside is drawn at the end.</summary>
    public double Share(double value) => Math.Clamp((value - Low) / (High - Low), 0, 1);

    /// <summary>Multiples of 1, 2 or 5 times a power of ten, about five of them.</summary>
    public IEnumerable<double> Ticks()
    {
        var step = Step();
        for (var i = Math.Ceiling(Low / step - 1e-9); i * step <= High + (step * 1e-9); i++)
        {
            yield return i * step;
        }
    }

    public string Text(double tick) => ReportText.Number(Math.Abs(tick) < Step() * 1e-6 ? 0 : tick);

    private double Step()
    {
        var rough = (High - Low) / WantedTicks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var factor = rough / power;
        return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
    }
}
