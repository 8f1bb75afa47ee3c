namespace Mlops.Storage;

/// <summary>A temporary folder opened once or more often.</summary>
internal sealed class SharedStorage : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<SqliteStorage> _opened = [];

    public SharedStorage() => OpenAnother();

    public SqliteStorage First => _opened[0];

    public string Folder => _folder.Path;

    public FakeTimeProvider Time { get; } = new();

    public SqliteStorage OpenAnother()
    {
        _opened.Add(SqliteStorage.Open(_folder.Path, Time, IdSource.Random));
        return _opened[^1];
    }

    public void CloseAll()
    {
        _opened.ForEach(storage => storage.Dispose());
        _opened.Clear();
    }

    public void Dispose()
    {
        CloseAll();
        _folder.Dispose();
    }
}
