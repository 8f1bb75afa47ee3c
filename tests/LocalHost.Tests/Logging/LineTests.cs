using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Mlops.LocalHost.Functions;

namespace Mlops.LocalHost.Logging;

public sealed class LineTests : IDisposable
{
    private readonly MemoryStream _output = new();

    private string Written => Encoding.UTF8.GetString(_output.ToArray());

    [Fact]
    public void An_entry_is_one_line_of_json_with_its_values()
    {
        using var provider = new LineLoggerProvider(_output, JsonLine.Write, new FakeTimeProvider());

        provider.CreateLogger("Mlops.Data").Stored(178, "wine\n\"red\"");

        Assert.Equal(
            """
            {"timestamp":"2026-01-01T00:00:00+00:00","level":"Information","category":"Mlops.Data",
            "message":"Stored 178 rows of wine\n\"red\"","fields":{"Rows":178,"Name":"wine\n\"red\""}}
            """.ReplaceLineEndings("") + "\n",
            Written);
    }

    [Fact]
    public void An_entry_names_the_trace_and_the_function_around_it()
    {
        using var provider = new LineLoggerProvider(_output, JsonLine.Write, new FakeTimeProvider());
        using var outer = new Activity("request").Start();
        outer.SetTag(RunnableFunction.NameTag, "Predict");
        using var inner = new Activity("scoring").Start();

        provider.CreateLogger("x").Failed(new InvalidDataException("broken"));

        var entry = JsonDocument.Parse(Written).RootElement;
        Assert.Equal(outer.TraceId.ToHexString(), entry.GetProperty("traceId").GetString());
        Assert.Equal("Predict", entry.GetProperty("function").GetString());
        Assert.StartsWith("System.IO.InvalidDataException: broken", entry.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_json_has_not_are_written_as_text()
    {
        using var provider = new LineLoggerProvider(_output, JsonLine.Write, new FakeTimeProvider());

        provider.CreateLogger("x").Mixed(double.NaN, 0.5, null, true);

        var fields = JsonDocument.Parse(Written).RootElement.GetProperty("fields");
        Assert.Equal("""{"A":"NaN","B":0.5,"C":null,"D":true}""", fields.GetRawText());
    }

    [Fact]
    public void For_people_an_entry_is_its_message_and_where_it_comes_from()
    {
        using var provider = new LineLoggerProvider(_output, TextLine.Write, new FakeTimeProvider());

        provider.CreateLogger("Mlops.Data.Upload").Doubtful(178);

        Assert.Contains("\e[33mwarn \e[0m Stored 178 rows \e[2mUpload\e[0m\n", Written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entries_of_many_threads_do_not_mix()
    {
        using var provider = new LineLoggerProvider(_output, JsonLine.Write, new FakeTimeProvider());
        var logger = provider.CreateLogger("x");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                logger.Stored(thread, new string('x', i));
            }
        })));

        var lines = Written.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(1_600, lines.Select(line => JsonDocument.Parse(line)).Count());
    }

    public void Dispose() => _output.Dispose();
}

internal static partial class Messages
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Stored {Rows} rows of {Name}")]
    public static partial void Stored(this ILogger logger, int rows, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stored {Rows} rows")]
    public static partial void Doubtful(this ILogger logger, int rows);

    [LoggerMessage(Level = LogLevel.Error, Message = "It failed")]
    public static partial void Failed(this ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{A} {B} {C} {D}")]
    public static partial void Mixed(this ILogger logger, double a, double b, string? c, bool d);
}
