namespace Mlops.Tracking;

/// <summary>Names for runs that come without one: an adjective, a noun and a number, as MLflow makes them.</summary>
internal static class RunNames
{
    private static readonly string[] Adjectives =
    [
        "able", "amber", "bold", "brisk", "calm", "clever", "crisp", "deft", "eager", "early", "fair", "fleet", "gentle", "golden",
        "grand", "hardy", "honest", "jolly", "keen", "kind", "lively", "lucid", "mellow", "merry", "nimble", "noble", "patient",
        "plucky", "proud", "quick", "quiet", "rapid", "sage", "serene", "silver", "spry", "steady", "sunny", "swift", "wise",
    ];

    private static readonly string[] Nouns =
    [
        "badger", "beaver", "bison", "condor", "crane", "dolphin", "eagle", "falcon", "ferret", "finch", "fox", "gecko", "hare", "hawk",
        "heron", "ibex", "jackal", "kestrel", "koala", "lark", "lemur", "lynx", "marten", "mole", "moose", "newt", "orca", "otter",
        "owl", "panda", "pika", "puffin", "raven", "robin", "seal", "stork", "swan", "tapir", "trout", "wren",
    ];

    public static string New(IdSource ids)
    {
        Span<byte> bytes = stackalloc byte[4];
        ids.Fill(bytes);
        return $"{Adjectives[bytes[0] % Adjectives.Length]}-{Nouns[bytes[1] % Nouns.Length]}-{((bytes[2] << 8) | bytes[3]) % 1_000}";
    }
}
