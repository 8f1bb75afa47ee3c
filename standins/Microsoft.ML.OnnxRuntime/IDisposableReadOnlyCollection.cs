using System.Collections;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>A list whose elements are disposed with it.</summary>
public interface IDisposableReadOnlyCollection<T> : IReadOnlyCollection<T>, IReadOnlyList<T>, IDisposable;

internal sealed class OwnedValues(OrtValue[] values) : IDisposableReadOnlyCollection<OrtValue>
{
    public int Count => values.Length;

    public OrtValue this[int index] => values[index];

    public IEnumerator<OrtValue> GetEnumerator() => ((IEnumerable<OrtValue>)values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => values.GetEnumerator();

    public void Dispose()
    {
        foreach (var value in values)
        {
            value.Dispose();
        }
    }
}
