using System.Globalization;

namespace Mlops.StandIns;

/// <summary>The comparison itself, on a listing of a sample and on types that differ from it in one thing each.</summary>
public sealed class SurfaceComparisonTests
{
    private const string Space = "Mlops.StandIns.Samples";

    private const string Read = $"M:{Space}.Gauge.Read``1"
        + "(System.Collections.Generic.List{``0},System.Int32@,System.Threading.CancellationToken)"
        + " -> ``0[]  # abstract; <T>; (source, out count, cancellationToken = default); where T: class, System.IDisposable";

    [Fact]
    public void A_type_with_less_than_the_official_one_passes() =>
        Assert.Empty(Compare(typeof(Samples.Gauge), $$"""
            T:{{Space}}.Gauge : System.Object, System.IDisposable (abstract class)
            M:{{Space}}.Gauge.#ctor(System.Int32,System.String[])  # protected; (size = 3, params names)
            P:{{Space}}.Gauge.Level -> System.Nullable{System.Double}  # { get; set; }; virtual
            {{Read}}
            M:{{Space}}.Gauge.Reset -> System.Void
            """));

    [Theory]
    [InlineData("(size = 3, params names)", "(size = 4, params names)", "'protected'")]
    [InlineData("params names", "params labels", "#ctor")]
    [InlineData("protected", "private", "#ctor")]
    [InlineData("-> System.Nullable{System.Double}", "-> System.Double", "Level")]
    [InlineData("{ get; }; virtual", "{ set; }; virtual", "accessor 'get'")]
    [InlineData("; virtual", "; abstract", "Level")]
    [InlineData("Read``1", "Read``2", "is not in the official package")]
    [InlineData("out count", "ref count", "Read")]
    [InlineData("where T: class, System.IDisposable", "where T: class", "Read")]
    [InlineData("-> ``0[]", "-> ``0", "Read")]
    [InlineData("(abstract class)", "(class)", "Gauge is abstract class")]
    [InlineData("System.Object,", "System.Attribute,", "derives from System.Object")]
    public void Any_one_difference_is_found(string listed, string changed, string complaint)
    {
        const string Exact = $$"""
            T:{{Space}}.Gauge : System.Object, System.IDisposable (abstract class)
            M:{{Space}}.Gauge.#ctor(System.Int32,System.String[])  # protected; (size = 3, params names)
            P:{{Space}}.Gauge.Level -> System.Nullable{System.Double}  # { get; }; virtual
            {{Read}}
            """;
        Assert.Contains(listed, Exact, StringComparison.Ordinal);

        var found = Compare(typeof(Samples.Gauge), Exact.Replace(listed, changed, StringComparison.Ordinal));

        Assert.Contains(found, difference => difference.Contains(complaint.Trim('\''), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("M:{0}.Gauge.Close -> System.Void  # abstract", 1)]
    [InlineData("P:{0}.Gauge.Unit -> System.String  # {{ get; }}; protected abstract", 1)]
    [InlineData("M:{0}.Gauge.Close -> System.Void  # virtual", 0)]
    [InlineData("M:{0}.Meter.Close -> System.Void  # abstract", 0)]
    public void What_a_derived_class_must_implement_may_not_be_left_out(string left, int expected)
    {
        var official = Listing.Parse(
        [
            .. Surface.Of([typeof(Samples.Gauge)]).Select(entry => entry.Id[0] is 'T'
                ? $"{entry.Id} : {string.Join(", ", entry.Bases)} ({entry.Shape})"
                : Line(entry)),
            string.Format(CultureInfo.InvariantCulture, left, Space),
        ]);

        Assert.Equal(expected, SurfaceComparison.Differences([typeof(Samples.Gauge)], official).Count);
    }

    [Fact]
    public void Records_enumerations_and_delegates_are_read_as_the_listings_write_them() =>
        Assert.Empty(SurfaceComparison.Differences(
            [typeof(Samples.Reading), typeof(Samples.Quality), typeof(Samples.Listener<>)],
            Listing.Parse(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Samples.txt")))));

    private static string Line(SurfaceEntry entry)
    {
        var accessors = entry.Accessors.Count > 0 ? [$"{{ {string.Join("; ", entry.Accessors)}; }}"] : Array.Empty<string>();
        var shape = entry.Shape.Length > 0 ? $" -> {entry.Shape}" : "";
        return $"{entry.Id}{shape}  # {string.Join("; ", [.. accessors, .. entry.Facts])}";
    }

    private static IReadOnlyList<string> Compare(Type type, string listing) =>
        SurfaceComparison.Differences([type], Listing.Parse(listing.Split('\n')));
}
