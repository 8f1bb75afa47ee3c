namespace Mlops.StandIns.Samples;

/// <summary>A type with one of each kind of member, which the tests describe truly and falsely.</summary>
public abstract class Gauge
{
    protected Gauge(int size = 3, params string[] names) => (Size, Names) = (size, names);

    public virtual double? Level => Size;

    private int Size { get; }

    private string[] Names { get; }

    public abstract T[] Read<T>(List<T> source, out int count, CancellationToken cancellationToken = default)
        where T : class, IDisposable;

    internal int Count() => Names.Length;
}

public sealed record Reading(string Unit, double Value);

[Flags]
public enum Quality : uint { None, Good, Bad }

public delegate void Listener<in T>(T reading);
