using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Mlops.LocalHost.Functions;
using Mlops.Storage;

namespace Mlops.LocalHost.Blobs;

/// <summary>A drop folder that is looked at when the test says so, on a clock that the test moves.</summary>
public sealed class BlobWatchTests : IDisposable
{
    private readonly TempFolder _data = new();
    private readonly SqliteStorage _storage;
    private readonly FakeTimeProvider _time = new();
    private readonly Received _received = new();
    private readonly ServiceProvider _services;

    public BlobWatchTests()
    {
        _storage = SqliteStorage.Open(_data.Path, _time, new SequentialIds());
        _services = new ServiceCollection().AddSingleton(_received).BuildServiceProvider();
    }

    private string Drop => Path.Combine(_data.Path, "drop");

    [Fact]
    public async Task A_finished_file_is_handed_over_once_and_put_away()
    {
        var watch = Watch<Streamed>();
        Write("wine/a.csv", "x,y");

        await SettleAsync(watch);
        await SettleAsync(watch);

        Assert.Equal(["wine a.csv uploads/wine/a.csv 0 x,y"], _received.All);
        Assert.Equal("x,y", File.ReadAllText(Path.Combine(Drop, ".done", "wine", "a.csv")));
        Assert.False(File.Exists(Path.Combine(Drop, "wine", "a.csv")));
    }

    [Theory]
    [InlineData(typeof(Texts), "text ä")]
    [InlineData(typeof(Bytes), "7465787420c3a4")]
    public async Task A_file_may_be_taken_as_text_or_bytes(Type function, string expected)
    {
        Write("t.txt", "text ä");

        await SettleAsync(Watch(function));

        Assert.Equal([expected], _received.All);
    }

    [Fact]
    public async Task A_file_that_still_grows_is_left_alone()
    {
        var watch = Watch<Streamed>();
        for (var i = 0; i < 5; i++)
        {
            Write("wine/a.csv", new string('x', i + 1));
            await watch.LookAsync(default);
            _time.Advance(BlobWatch.Quiet - TimeSpan.FromMilliseconds(1));
        }

        Assert.Empty(_received.All);
        await SettleAsync(watch);
        Assert.Equal(["wine a.csv uploads/wine/a.csv 0 xxxxx"], _received.All);
    }

    [Theory]
    [InlineData("wine/.a.csv.partial")]
    [InlineData(".hidden/a.csv")]
    [InlineData("stray.csv")]
    public async Task Files_that_are_hidden_or_do_not_fit_are_left_where_they_are(string path)
    {
        Write(path, "x");

        await SettleAsync(Watch<Streamed>());

        Assert.Empty(_received.All);
        Assert.True(File.Exists(Path.Combine(Drop, path)));
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_not_followed()
    {
        var secret = Path.Combine(_data.Path, "secret.txt");
        File.WriteAllText(secret, "secret");
        var watch = Watch<Streamed>();
        Directory.CreateDirectory(Path.Combine(Drop, "wine"));
        File.CreateSymbolicLink(Path.Combine(Drop, "wine", "a.csv"), secret);
        Directory.CreateSymbolicLink(Path.Combine(Drop, "all"), _data.Path);

        await SettleAsync(watch);

        Assert.Empty(_received.All);
    }

    [Fact]
    public async Task A_file_that_fails_is_tried_again_until_it_succeeds()
    {
        _received.Failures = 2;
        var watch = Watch<Streamed>();
        Write("wine/a.csv", "x");

        await SettleAsync(watch, looks: 4);

        Assert.Equal(["0", "1", "2"], _received.All.Select(line => line.Split(' ')[3]));
        Assert.True(File.Exists(Path.Combine(Drop, ".done", "wine", "a.csv")));
    }

    [Fact]
    public async Task A_file_that_fails_every_time_is_put_aside_with_the_reason()
    {
        _received.Failures = int.MaxValue;
        var watch = Watch<Streamed>();
        Write("wine/a.csv", "x");

        await SettleAsync(watch, looks: 20);

        Assert.Equal(BlobWatch.MaxAttempts, _received.All.Count);
        Assert.Equal("x", File.ReadAllText(Path.Combine(Drop, ".failed", "wine", "a.csv")));
        Assert.Equal(
            "Streamed failed 5 times. The last time: row 3 has no y\n",
            File.ReadAllText(Path.Combine(Drop, ".failed", "wine", "a.csv.error.txt")));
    }

    [Fact]
    public async Task Attempts_are_counted_across_restarts_and_one_that_was_cut_short_counts()
    {
        Write("wine/a.csv", "x");
        for (var restart = 0; restart < BlobWatch.MaxAttempts + 1; restart++)
        {
            using var kill = new CancellationTokenSource();
            _received.Kill = kill;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await SettleAsync(Watch<Streamed>(), looks: 1, kill.Token);
                throw new OperationCanceledException("It was not killed: no attempt was made.");
            });
        }

        Assert.Equal(BlobWatch.MaxAttempts, _received.All.Count);
        Assert.True(File.Exists(Path.Combine(Drop, ".failed", "wine", "a.csv.error.txt")));
    }

    [Fact]
    public async Task A_file_recorded_as_done_is_only_put_away()
    {
        var watch = Watch<Streamed>();
        Write("wine/a.csv", "x");
        var file = Assert.Single(new DropFolder(Drop).List());
        await new DropRecords(_storage.Tables, "uploads").WriteAsync(file, DropRecord.Of(file) with { State = DropState.Done }, default);

        await SettleAsync(watch);

        Assert.Empty(_received.All);
        Assert.True(File.Exists(Path.Combine(Drop, ".done", "wine", "a.csv")));
    }

    [Fact]
    public async Task A_later_file_of_the_same_name_is_a_new_one_and_both_are_kept()
    {
        var watch = Watch<Streamed>();
        foreach (var content in new[] { "one", "two" })
        {
            Write("wine/a.csv", content);
            await SettleAsync(watch);
        }

        Assert.Equal(2, _received.All.Count);
        var kept = Directory.GetFiles(Path.Combine(Drop, ".done", "wine")).Order(StringComparer.Ordinal);
        Assert.Equal(["one", "two"], kept.Select(File.ReadAllText));
    }

    public void Dispose()
    {
        _services.Dispose();
        _storage.Dispose();
        _data.Dispose();
    }

    private BlobWatch Watch<T>() => Watch(typeof(T));

    private BlobWatch Watch(Type type)
    {
        var function = FunctionCatalog.Find([type]).Single();
        var path = ((BlobTriggerAttribute)function.Trigger).BlobPath;
        var pattern = BlobPattern.TryParse(path, out var parsed) ? parsed : throw new FormatException(path);
        var runnable = new RunnableFunction(
            new FunctionApp([type], new ServiceCollection()), function, BlobContent.Types, [.. pattern.Tokens, BlobFunctions.PathToken]);
        return new BlobWatch(
            runnable,
            pattern,
            new DropFolder(Drop),
            new DropRecords(_storage.Tables, pattern.Container),
            _services.GetRequiredService<IServiceScopeFactory>(),
            _time,
            NullLogger<BlobWatch>.Instance);
    }

    private void Write(string path, string content)
    {
        var file = Path.Combine(Drop, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file) ?? Drop);
        File.WriteAllText(file, content);
    }

    private async Task SettleAsync(BlobWatch watch, int looks = 1, CancellationToken cancellationToken = default)
    {
        await watch.LookAsync(cancellationToken);
        for (var i = 0; i < looks; i++)
        {
            _time.Advance(BlobWatch.Quiet);
            await watch.LookAsync(cancellationToken);
        }
    }

    public sealed class Received
    {
        public List<string> All { get; } = [];

        public int Failures { get; set; }

        /// <summary>Stands for the process's death in the middle of a run.</summary>
        public CancellationTokenSource? Kill { get; set; }

        public void Add(string line)
        {
            All.Add(line);
            Kill?.Cancel();
            Kill?.Token.ThrowIfCancellationRequested();
            if (All.Count <= Failures)
            {
                throw new InvalidDataException("row 3 has no y");
            }
        }
    }

    public sealed class Streamed(Received received)
    {
        [Function(nameof(Streamed))]
        public async Task RunAsync(
            [BlobTrigger("uploads/{dataset}/{file}")] Stream blob,
            string dataset,
            string file,
            string blobTrigger,
            FunctionContext context,
            CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(blob);
            var content = await reader.ReadToEndAsync(cancellationToken);
            received.Add($"{dataset} {file} {blobTrigger} {context.RetryContext.RetryCount} {content}");
        }
    }

    public sealed class Texts(Received received)
    {
        [Function(nameof(Texts))]
        public void Run([BlobTrigger("texts/{name}.txt")] string text) => received.Add(text);
    }

    public sealed class Bytes(Received received)
    {
        [Function(nameof(Bytes))]
        public void Run([BlobTrigger("bytes/{name}.txt")] byte[] bytes) => received.Add(Convert.ToHexStringLower(bytes));
    }
}
