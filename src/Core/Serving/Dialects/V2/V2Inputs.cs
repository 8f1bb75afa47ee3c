using System.Text.Json;

namespace Mlops.Serving;

/// <summary>Where the inputs of one request go. What is wrong goes to the errors, of which it is told with whom it is made.</summary>
internal abstract class V2Inputs
{
    /// <summary>Takes in what an input says of itself.</summary>
    /// <returns>Whether its data can be read.</returns>
    public abstract bool TryBegin(V2Input input);

    /// <summary>Reads data without making a token of each number, if they are nothing but that and just as many as there must be.</summary>
    /// <param name="json">At the name of the data; at their end if they are read, else where it was.</param>
    /// <param name="utf8">What the reader reads.</param>
    public virtual bool TryReadNumbers(ref Utf8JsonReader json, ref ReadOnlySpan<byte> utf8, V2Input input) => false;

    /// <param name="json">At the data; at its end when this returns.</param>
    public abstract void ReadJson(ref Utf8JsonReader json, V2Input input);

    /// <param name="data">Valid as long as the request.</param>
    public abstract void ReadBinary(ReadOnlyMemory<byte> data, V2Input input);

    /// <summary>Says what is missing.</summary>
    public abstract void End();

    /// <summary>What was read, if nothing is wrong.</summary>
    public abstract DialectReading Reading(V2Answer answer);

    /// <summary>Gives back what was taken for a request that is refused.</summary>
    public virtual void Discard()
    {
    }
}
