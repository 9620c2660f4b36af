namespace IdentityProvider.Protocol.Metadata;

/// <summary>What of the metadata document an installation decides.</summary>
/// <param name="Issuer">Without a trailing slash; every endpoint stands below it.</param>
public sealed record ServerOffer(string Issuer)
{
    /// <summary>Whether every authorization request must be pushed (RFC 9126 §5).</summary>
    public bool RequiresPushing { get; init; }

    /// <summary>Whether anyone may make an account (Initiating User Registration via OpenID Connect 1.0 §3).</summary>
    public bool OffersAccounts { get; init; }

    /// <summary>Whether clients may register themselves (RFC 7591).</summary>
    public bool HasRegistration { get; init; } = true;

    /// <summary>How clients may be known by certificates (RFC 8705); null where they can't.</summary>
    public CertificateSupport? Certificates { get; init; }

    /// <summary>Whether a client's identifier may be the address of its metadata (draft-ietf-oauth-client-id-metadata-document).</summary>
    public bool HasClientDocuments { get; init; }

    /// <summary>What clients may ask for beyond scopes (RFC 9396 §10); where there is none, the metadata says nothing of it.</summary>
    public IReadOnlyList<string> AuthorizationDetailsTypes { get; init; } = [];

    /// <summary>A page for who builds an app; null for none.</summary>
    public string? ServiceDocumentation { get; init; }

    /// <summary>What this server may do with what it learns, and what who uses it agrees to (RFC 8414 §2); null for none.</summary>
    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    /// <summary>The languages of the pages (Discovery §3), as tags of RFC 5646.</summary>
    public IReadOnlyList<string> UiLocales { get; init; } = ["en"];
}
