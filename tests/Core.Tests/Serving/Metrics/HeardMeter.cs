using System.Diagnostics.Metrics;

namespace Mlops.Serving;

/// <summary>Hears what the instruments of one meter tell.</summary>
internal sealed class HeardMeter : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly List<string> _heard = [];

    /// <param name="isKept">Whether what is heard is written down, which takes memory.</param>
    public HeardMeter(Meter meter, bool isKept = true)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        if (isKept)
        {
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        }
        else
        {
            _listener.SetMeasurementEventCallback<double>((_, _, _, _) => { });
        }

        _listener.Start();
    }

    /// <summary>What the meter's instruments told of an instrument so far, and tell when asked: <c>a=1 b=2: value</c>.</summary>
    public IReadOnlyList<string> Of(string instrument)
    {
        _heard.RemoveAll(line => line.StartsWith("asked ", StringComparison.Ordinal));
        _listener.RecordObservableInstruments();
        return [.. _heard.Select(line => line.Replace("asked ", "", StringComparison.Ordinal))
            .Where(line => line.StartsWith(instrument + "{", StringComparison.Ordinal)).Select(line => line[instrument.Length..])];
    }

    public void Dispose() => _listener.Dispose();

    private void Keep<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        _heard.Add($"{(instrument.IsObservable ? "asked " : "")}{instrument.Name}{{{labels}}} {value}");
    }
}
