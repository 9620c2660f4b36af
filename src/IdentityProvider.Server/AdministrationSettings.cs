namespace IdentityProvider.Server;

/// <summary>By which ways the server is administered.</summary>
public sealed record AdministrationSettings
{
    /// <summary>
    /// Whether commands with <c>--server</c> may sign in by the device flow (the built-in client <c>idp-cli</c>). It is allowed in a browser, by whoever is
    /// signed in there, so that somebody could be talked into it; off, nobody can be, and sign-ins that were allowed before open nothing any more.
    /// </summary>
    public bool CommandLineSignIn { get; init; } = true;
}
