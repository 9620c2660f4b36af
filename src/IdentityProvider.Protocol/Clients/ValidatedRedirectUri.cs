namespace IdentityProvider.Protocol.Clients;

/// <summary>
/// Proof that a client registered this address. Only <see cref="RedirectUris"/> makes one, and every answer by redirect takes one, so that an
/// open redirect doesn't compile.
/// </summary>
public sealed class ValidatedRedirectUri
{
    internal ValidatedRedirectUri(string value, bool wasRequested)
    {
        Value = value;
        WasRequested = wasRequested;
    }

    /// <summary>Where the browser is sent, exactly as it was presented, or as it was registered where the request named none.</summary>
    public string Value { get; }

    /// <summary>Whether the request named it; if it did, the token request must repeat it (RFC 6749 §4.1.3).</summary>
    public bool WasRequested { get; }

    public override string ToString() => Value;
}
