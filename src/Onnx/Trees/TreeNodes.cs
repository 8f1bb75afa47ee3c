namespace Mlops.Onnx;

/// <summary>The nodes of all trees of an ensemble, entry by entry, as the operator has them.</summary>
internal sealed class TreeNodes(NodeAttributes node)
{
    private readonly IReadOnlyList<long> _yes = node.Integers("nodes_truenodeids");
    private readonly IReadOnlyList<long> _no = node.Integers("nodes_falsenodeids");
    private readonly IReadOnlyList<float> _covers = node.Floats("nodes_hitrates");
    private readonly IReadOnlyList<long> _missing = node.Integers("nodes_missing_value_tracks_true");

    /// <summary>The number of each node within its tree.</summary>
    public IReadOnlyList<long> Ids { get; } = node.Integers("nodes_nodeids");

    public IReadOnlyList<string> Modes { get; } = node.Texts("nodes_modes");

    public IReadOnlyList<long> Features { get; } = node.Integers("nodes_featureids");

    public IReadOnlyList<float> Thresholds { get; } = node.Floats("nodes_values");

    /// <summary>Whether every list that must be there has an element for every node.</summary>
    public bool IsWhole(int count) =>
        Ids.Count == count && Modes.Count == count && Features.Count == count && Thresholds.Count == count
        && _yes.Count == count && _no.Count == count && Features.All(feature => feature is >= 0 and < int.MaxValue);

    public bool MissingIsTrue(int entry) => entry < _missing.Count && _missing[entry] is not 0;

    public float Cover(int entry) => entry < _covers.Count ? _covers[entry] : 0;

    /// <param name="entries">Of one tree.</param>
    /// <returns>Null if two nodes have one number.</returns>
    public IndexedTree? Index(int[] entries)
    {
        var byId = new Dictionary<long, int>();
        return Array.TrueForAll(entries, entry => byId.TryAdd(Ids[entry], entry)) ? new IndexedTree(this, entries, byId) : null;
    }

    public (long Yes, long No) Children(int entry) => (_yes[entry], _no[entry]);
}

/// <summary>The nodes of one tree, found by their numbers.</summary>
internal sealed class IndexedTree(TreeNodes table, int[] entries, Dictionary<long, int> byId)
{
    private readonly Dictionary<long, int> _parents = entries
        .Where(entry => table.Modes[entry] is not "LEAF")
        .SelectMany(entry => new[] { table.Children(entry).Yes, table.Children(entry).No })
        .CountBy(child => child)
        .ToDictionary();

    public TreeNodes Table => table;

    /// <summary>The one node that no other leads to.</summary>
    public int? Root => entries.Where(entry => !_parents.ContainsKey(table.Ids[entry])).Take(2).ToArray() is [var root] ? root : null;

    public int? IfTrue(int entry) => byId.TryGetValue(table.Children(entry).Yes, out var child) ? child : null;

    public int? IfFalse(int entry) => byId.TryGetValue(table.Children(entry).No, out var child) ? child : null;

    /// <summary>Whether a node that follows a no is a further question of the split that began with <paramref name="first"/>.</summary>
    public bool GoesOnAsking(int first, int next) =>
        table.Modes[next] is not "LEAF"
        && table.Features[next] == table.Features[first]
        && table.Cover(first) > 0
        && table.Cover(next).Equals(table.Cover(first))
        && _parents[table.Ids[next]] is 1;
}
