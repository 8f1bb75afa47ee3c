using Mlops.LocalHost.Http;

namespace Mlops.LocalHost.Hosting;

/// <summary>Where the host listens. Without authentication that is this machine only.</summary>
public static class HostAddresses
{
    public const string Default = "http://127.0.0.1:7071";

    /// <summary>Why the host may not listen at <paramref name="urls"/>, a list separated by semicolons; null if it may.</summary>
    public static string? Refusal(string urls)
    {
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return addresses.Length is 0
            ? "There is no address to listen at."
            : addresses.Select(RefusalOfOne).FirstOrDefault(reason => reason is not null);
    }

    private static string? RefusalOfOne(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not "http" || uri.PathAndQuery is not "/")
        {
            // Kestrel's wildcards, http://*:80 and http://+:80, end here as well.
            return $"'{address}' is not an address such as {Default}. The local host speaks plain HTTP to this machine only.";
        }

        return HostNames.IsLoopback(uri.Host)
            ? null
            : $"The local host does not listen at {address}: it has no authentication yet, and anyone who reaches that address "
                + $"could use it. Use a loopback address such as {Default}.";
    }
}
