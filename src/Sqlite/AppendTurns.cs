using System.Globalization;

namespace Mlops.Storage;

/// <summary>Lets one appender at a time write to a blob's file, among the threads of all processes.</summary>
internal sealed class AppendTurns : IDisposable
{
    private const int Lanes = 64;
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(2);

    private readonly string _folder;
    private readonly SemaphoreSlim[] _lanes;

    public AppendTurns(string folder)
    {
        _folder = Directory.CreateDirectory(Path.Combine(folder, "locks")).FullName;
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1))];
    }

    /// <returns>The turn; disposing it ends it.</returns>
    public async Task<IDisposable> TakeAsync(string path, CancellationToken cancellationToken)
    {
        var lane = (int)(Hash(path) % Lanes);
        await _lanes[lane].WaitAsync(cancellationToken);
        try
        {
            var file = Path.Combine(_folder, lane.ToString(CultureInfo.InvariantCulture));
            FileStream? held;
            while ((held = LockFile.TryTake(file)) is null)
            {
                await Task.Delay(Nap, cancellationToken);
            }

            return new Turn(_lanes[lane], held);
        }
        catch
        {
            // Whatever it was, the disk that is full or the folder that is gone may be there again for the next.
            _lanes[lane].Release();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }
    }

    /// <summary>FNV-1a: every process must send a path to the same lane, which string.GetHashCode does not.</summary>
    private static uint Hash(string path)
    {
        var hash = 2_166_136_261;
        foreach (var character in path)
        {
            hash = (hash ^ character) * 16_777_619;
        }

        return hash;
    }

    private sealed class Turn(SemaphoreSlim lane, FileStream held) : IDisposable
    {
        public void Dispose()
        {
            held.Dispose();
            lane.Release();
        }
    }
}
