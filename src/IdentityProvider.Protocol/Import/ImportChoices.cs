namespace IdentityProvider.Protocol.Import;

/// <summary>What whoever imports decides, since the other server doesn't know it.</summary>
public sealed record ImportChoices
{
    /// <summary>This server's issuer identifier.</summary>
    public required string Issuer { get; init; }

    /// <summary>The identifiers that APIs get here, by their names there. Of others the name itself where it is an absolute URI, and one below the issuer where it isn't.</summary>
    public IReadOnlyDictionary<string, string> Apis { get; init; } = new Dictionary<string, string>();

    /// <summary>The redirect URIs of clients whose own can't be registered, by client.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> RedirectUris { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The issuers of other identity providers, by their names there.</summary>
    public IReadOnlyDictionary<string, string> Issuers { get; init; } = new Dictionary<string, string>();

    /// <summary>The identifier of an API (RFC 8707 §2), which its tokens carry as their audience.</summary>
    public string IdentifierOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Apis.GetValueOrDefault(name) ?? (WebUris.IsAbsolute(name) ? name : $"{Issuer.TrimEnd('/')}/apis/{Uri.EscapeDataString(name)}");
    }
}
