using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mlops.Serving;

/// <summary>What a number of a large request or answer costs to read or write, beside System.Text.Json.</summary>
internal static class NumbersCpuTime
{
    private const int Rows = 1_024;
    private const int Columns = 30;
    private const int Repetitions = 7;

    public static void Run()
    {
        Console.WriteLine("| what | numbers | System.Text.Json | ours | faster |");
        Console.WriteLine("|---|---|--:|--:|--:|");
        foreach (var (told, format) in new[] { ("of 5 digits", "G5"), ("of 9 digits", "G9"), ("of 17 digits", "G17") })
        {
            var random = new Random(1);
            var numbers = Enumerable.Range(0, Rows * Columns).Select(_ => (random.NextDouble() * 100).ToString(format, CultureInfo.InvariantCulture));
            var body = Encoding.UTF8.GetBytes($"{{\"data\":[{string.Join(',', numbers)}]}}");
            using var rows = new FeatureRows(Columns, 0);
            Tell("read", told, Rows * Columns, () => ReadTokens(body), () => ReadRows(body, rows));
        }

        var dice = new Random(2);
        float[] few = [.. Enumerable.Range(0, Rows).Select(_ => dice.Next(100_000) / 1_000f)];
        float[] any = [.. Enumerable.Range(0, Rows).Select(_ => dice.NextSingle())];
        float[] small = [.. Enumerable.Range(0, Rows).Select(_ => MathF.Exp(-5 - (dice.NextSingle() * 20)))];
        var output = new ArrayBufferWriter<byte>(Rows * 32);
        using var json = new Utf8JsonWriter(output);
        foreach (var (told, numbers) in new[] { ("of 5 digits", few), ("from 0 to 1", any), ("near 0", small) })
        {
            Tell(
                "write",
                told,
                Rows,
                () => Write(output, json, numbers, static (json, number) => json.WriteNumberValue(number)),
                () => Write(output, json, numbers, static (json, number) => json.WriteShortNumber(number)));
        }
    }

    private static void Tell(string what, string told, int count, Action theirs, Action ours)
    {
        CpuTime.Measure(theirs);
        CpuTime.Measure(ours);
        var turns = Enumerable.Range(0, Repetitions).Select(_ => (Theirs: CpuTime.Measure(theirs).Time, Ours: CpuTime.Measure(ours).Time)).ToList();
        var (slow, fast) = (turns.Min(turn => turn.Theirs).TotalNanoseconds / count, turns.Min(turn => turn.Ours).TotalNanoseconds / count);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {what} | {told} | {slow:N1} ns | {fast:N1} ns | {slow / fast:N1} × |"));
    }

    private static void ReadTokens(byte[] body)
    {
        var numbers = ArrayPool<float>.Shared.Rent(Rows * Columns);
        var json = new Utf8JsonReader(body);
        for (var i = 0; json.Read();)
        {
            if (json.TokenType is JsonTokenType.Number)
            {
                numbers[i++] = json.GetSingle();
            }
        }

        ArrayPool<float>.Shared.Return(numbers);
    }

    private static void ReadRows(byte[] body, FeatureRows rows)
    {
        rows.Clear();
        ReadOnlySpan<byte> utf8 = body;
        var json = new Utf8JsonReader(utf8);
        json.Read();
        json.Read();
        if (!JsonNumberRows.TryRead(ref json, ref utf8, rows, Rows))
        {
            throw new InvalidOperationException("These are numbers.");
        }
    }

    private static void Write(ArrayBufferWriter<byte> output, Utf8JsonWriter json, float[] numbers, Action<Utf8JsonWriter, float> write)
    {
        output.ResetWrittenCount();
        json.Reset(output);
        json.WriteStartArray();
        foreach (var number in numbers)
        {
            write(json, number);
        }

        json.WriteEndArray();
        json.Flush();
    }
}
