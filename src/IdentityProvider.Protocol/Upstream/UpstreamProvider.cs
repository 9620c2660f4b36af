using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>
/// An OpenID Provider by which people sign in here: who it is, who we are there, and what its word counts for. Only <see cref="UpstreamRules"/>
/// makes one of what an operator wrote.
/// </summary>
public sealed record UpstreamProvider
{
    /// <summary>Our name for it, in our addresses.</summary>
    public required string Name { get; init; }

    /// <summary>Its <c>iss</c>, compared as text. No two upstreams have the same.</summary>
    public required string Issuer { get; init; }

    /// <summary>Who we are there.</summary>
    public required string ClientId { get; init; }

    /// <summary>How we prove it: by a secret, by our own signing keys, or not at all.</summary>
    public required ClientAuthenticationMethod TokenEndpointAuthMethod { get; init; }

    public required ScopeSet Scope { get; init; }

    /// <summary>What stands on the button.</summary>
    public required string Label { get; init; }

    /// <summary>The picture beside it, a <c>data:</c> URI, so that no visitor is shown to another server; null for none.</summary>
    public string? Logo { get; init; }

    /// <summary>Where the value of a standard claim comes from: our name to theirs. What isn't here comes by its own name.</summary>
    public IReadOnlyDictionary<string, string> Claims { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether somebody who is nobody here yet becomes somebody.</summary>
    public UpstreamCreation Create { get; init; }

    /// <summary>The domains of e-mail addresses for which its <c>email_verified</c> counts here, in lower case.</summary>
    public IReadOnlyList<string> EmailDomains { get; init; } = [];

    /// <summary>The roles of who is made so.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The values of its <c>acr</c> that count as two factors here.</summary>
    public IReadOnlyList<string> TrustedAcr { get; init; } = [];

    /// <summary>The values of its <c>amr</c> of which one counts as two factors here.</summary>
    public IReadOnlyList<string> TrustedAmr { get; init; } = [];

    public UpstreamLogout Logout { get; init; }

    /// <summary>False while nobody signs in by it.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Whether we prove who we are by a secret that must be known.</summary>
    public bool NeedsSecret => TokenEndpointAuthMethod is ClientAuthenticationMethod.ClientSecretBasic or ClientAuthenticationMethod.ClientSecretPost;
}

/// <summary>Whether a first sign-in makes an account.</summary>
public enum UpstreamCreation
{
    /// <summary>Never: people sign in otherwise first, and link.</summary>
    Never,

    /// <summary>For who was invited by an address that the upstream's word counts for.</summary>
    Invited,

    /// <summary>For anyone.</summary>
    Always,
}

/// <summary>What becomes of the session there when the one here is ended in a browser.</summary>
public enum UpstreamLogout
{
    /// <summary>The person is offered to end it too.</summary>
    Offer,

    /// <summary>The browser goes there at once, and comes back.</summary>
    Always,

    /// <summary>It goes on.</summary>
    Never,
}
