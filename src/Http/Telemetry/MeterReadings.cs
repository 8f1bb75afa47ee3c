using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Mlops.Http.Telemetry;

/// <summary>Keeps what the instruments of some meters measure from now on, until all of it is asked for.</summary>
internal sealed partial class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, InstrumentReading> _instruments = new();
    private readonly Lock _asking = new();
    private readonly ILogger _logger;

    /// <param name="isRead">Which meters.</param>
    /// <param name="bounds">Bounds of buckets in place of those that an instrument advises, by the instrument's name.</param>
    public MeterReadings(Func<Meter, bool> isRead, IReadOnlyDictionary<string, IReadOnlyList<double>> bounds, ILogger logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (isRead(instrument.Meter))
            {
                var reading = new InstrumentReading(instrument, bounds.GetValueOrDefault(instrument.Name));
                _instruments[instrument] = reading;
                listener.EnableMeasurementEvents(instrument, reading);
            }
        };
        _listener.MeasurementsCompleted = (instrument, state) => _instruments.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<double>((_, value, tags, reading) => Record(reading, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, reading) => Record(reading, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, reading) => Record(reading, value, tags));
        _listener.Start();
    }

    /// <summary>Everything as it is now, by name.</summary>
    public IReadOnlyList<MetricFamily> Read()
    {
        lock (_asking)
        {
            foreach (var reading in _instruments.Values)
            {
                reading.BeforeAsking();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException failure)
            {
                // Those of others are there all the same.
                LogNotTold(failure);
            }

            return
            [
                .. _instruments.Values.Select(reading => reading.Read())
                    .Where(family => family.Samples.Count > 0)
                    .OrderBy(family => family.Name, StringComparer.Ordinal),
            ];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? reading, double value, ReadOnlySpan<Tag> tags) => ((InstrumentReading?)reading)?.Record(value, tags);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some metrics could not be told")]
    private partial void LogNotTold(Exception failure);
}
