namespace Mlops.Storage;

public sealed class SqliteTableStoreTests : TableStoreContract, IDisposable
{
    private readonly SharedStorage _storage = new();

    protected override ITableStore Store => _storage.First.Tables;

    public void Dispose() => _storage.Dispose();

    protected override ITableStore OpenAnother() => _storage.OpenAnother().Tables;
}
