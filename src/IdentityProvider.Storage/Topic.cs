namespace IdentityProvider.Storage;

/// <summary>The names of what nodes keep in memory: each change bumps its topic's version in its own transaction.</summary>
public static class Topic
{
    public const string Clients = "clients";
    public const string Resources = "resources";
    public const string Keys = "keys";
}
