namespace IdentityProvider.Storage;

/// <summary>The names of what nodes keep in memory: each change bumps its topic's version in its own transaction.</summary>
public static class Topic
{
    public const string Clients = "clients";
    public const string Resources = "resources";
    public const string Keys = "keys";

    public const string AuthorizationDetailsTypes = "authorization_details_types";

    /// <summary>The status lists. Its version also numbers the transactions that changed any (<see cref="StatusLists"/>).</summary>
    public const string Status = "status";

    /// <summary>Which clients have streams of security events.</summary>
    public const string SignalStreams = "signal_streams";

    internal static IReadOnlyList<string> All { get; } = [Clients, Resources, Keys, AuthorizationDetailsTypes, Status, SignalStreams];
}
