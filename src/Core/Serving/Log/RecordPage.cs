using System.Buffers;

namespace Mlops.Serving;

/// <summary>An answered prediction on its way to the log.</summary>
/// <param name="Prediction">Its inputs and scores lie in the page's memory.</param>
/// <param name="Written">Told when it is durable, if anyone waits for that.</param>
internal readonly record struct QueuedPrediction(AnsweredPrediction Prediction, TaskCompletionSource? Written);

/// <summary>Some hundred queued predictions with their numbers and strings side by side; used again and again.</summary>
/// <remarks>Copying into a page is all that a request pays for its log.</remarks>
internal sealed class RecordPage
{
    /// <summary>What a page of the usual size takes, about, without strings.</summary>
    public const int Bytes = (Records * 192) + (Numbers * sizeof(float));

    /// <summary>What it takes beside that once there are strings, without their characters.</summary>
    public const int StringBytes = Strings * 8;

    /// <summary>
    /// For pages of one prediction, rented on a request's thread and given back on the writer's: the shared pool keeps arrays by thread and
    /// would allocate most of these anew.
    /// </summary>
    private static readonly ArrayPool<float> Large = ArrayPool<float>.Create(maxArrayLength: 1 << 24, maxArraysPerBucket: 128);

    private const int Records = 256;
    private const int Numbers = 16_384;
    private const int Strings = 8_192;

    private readonly QueuedPrediction[] _records;
    private readonly float[] _numbers;
    private string[] _strings;
    private readonly bool _isRented;
    private int _count;
    private int _usedNumbers;
    private int _usedStrings;

    public RecordPage()
    {
        (_records, _numbers, _strings) = (new QueuedPrediction[Records], new float[Numbers], []);
        Size = Bytes;
    }

    /// <summary>A page for one prediction, copied at once.</summary>
    public RecordPage(in AnsweredPrediction prediction, TaskCompletionSource? written, long since)
    {
        _isRented = true;
        _records = new QueuedPrediction[1];
        _numbers = Large.Rent(prediction.Inputs.Numbers.Length + prediction.Scores.Length);
        _strings = ArrayPool<string>.Shared.Rent(prediction.Inputs.Strings.Length);
        Size = SizeOf(prediction);
        Add(prediction, written, since);
    }

    /// <summary>Bytes that count against the queue's bound.</summary>
    public long Size { get; private set; }

    public int Count => _count;

    /// <summary>The timestamp of its first record.</summary>
    public long Since { get; private set; }

    /// <summary>Whether a page of the usual size has room for a prediction, when it is empty.</summary>
    public static bool CanHold(in AnsweredPrediction prediction) =>
        prediction.Inputs.Numbers.Length + prediction.Scores.Length <= Numbers / 4 && prediction.Inputs.Strings.Length <= Strings / 4;

    /// <summary>What a prediction takes in a page of its own.</summary>
    public static long SizeOf(in AnsweredPrediction prediction) =>
        192 + ((long)sizeof(float) * (prediction.Inputs.Numbers.Length + prediction.Scores.Length))
        + (8L * prediction.Inputs.Strings.Length) + TextBytes(prediction.Inputs.Strings.Span);

    public static long TextBytes(ReadOnlySpan<string> strings)
    {
        var characters = 0L;
        foreach (var text in strings)
        {
            characters += text.Length;
        }

        return 2 * characters;
    }

    public bool HasRoomFor(in AnsweredPrediction prediction) =>
        _count < _records.Length
        && _usedNumbers + prediction.Inputs.Numbers.Length + prediction.Scores.Length <= _numbers.Length
        && _usedStrings + prediction.Inputs.Strings.Length <= Strings;

    /// <summary>Its size once it holds a prediction as well.</summary>
    /// <param name="textBytes">What the characters of the prediction's strings take.</param>
    public long SizeWith(in AnsweredPrediction prediction, long textBytes) =>
        Size + textBytes + (prediction.Inputs.Strings.Length > 0 && _strings.Length is 0 ? StringBytes : 0);

    public void Add(in AnsweredPrediction prediction, TaskCompletionSource? written, long since, long textBytes)
    {
        Size = SizeWith(prediction, textBytes);
        if (prediction.Inputs.Strings.Length > 0 && _strings.Length is 0)
        {
            // Most models have numbers alone.
            _strings = new string[Strings];
        }

        Add(prediction, written, since);
    }

    public ref readonly QueuedPrediction this[int index] => ref _records[index];

    /// <summary>Forgets its records.</summary>
    /// <returns>Whether the page may be used again.</returns>
    public bool Reset()
    {
        if (_isRented)
        {
            Large.Return(_numbers);
            ArrayPool<string>.Shared.Return(_strings, clearArray: true);
            return false;
        }

        Array.Clear(_records, 0, _count);
        Array.Clear(_strings, 0, _usedStrings);
        (_count, _usedNumbers, _usedStrings, Size) = (0, 0, 0, Bytes + (8 * _strings.Length));
        return true;
    }

    private void Add(in AnsweredPrediction prediction, TaskCompletionSource? written, long since)
    {
        var inputs = new FeatureBatch(
            prediction.Inputs.Rows,
            Copy(prediction.Inputs.Numbers, _numbers, ref _usedNumbers),
            Copy(prediction.Inputs.Strings, _strings, ref _usedStrings));
        var scores = Copy(prediction.Scores, _numbers, ref _usedNumbers);
        Since = _count is 0 ? since : Since;
        _records[_count++] = new QueuedPrediction(prediction with { Inputs = inputs, Scores = scores }, written);
    }

    private static ReadOnlyMemory<T> Copy<T>(ReadOnlyMemory<T> values, T[] into, ref int used)
    {
        var place = into.AsMemory(used, values.Length);
        values.Span.CopyTo(place.Span);
        used += values.Length;
        return place;
    }
}
