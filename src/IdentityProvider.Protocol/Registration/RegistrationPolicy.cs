namespace IdentityProvider.Protocol.Registration;

/// <summary>
/// What clients that register themselves may have (RFC 7591 §1.2, §3): those of one initial access token, those without one, or those whose
/// metadata is a document at their own address. Only <see cref="RegistrationPolicyRules"/> makes one of what an operator wrote.
/// </summary>
public sealed record RegistrationPolicy
{
    public required Guid PolicyId { get; init; }

    /// <summary>What it is for, in an operator's words.</summary>
    public required string Name { get; init; }

    /// <summary>The scopes that they may ask for; all of them where they name none.</summary>
    public ScopeSet Scope { get; init; } = ScopeSet.Of([ScopeSet.OpenId, "profile", "email", ScopeSet.OfflineAccess]);

    /// <summary>The resources that they may have tokens for; all of them where they name none.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> GrantTypes { get; init; } = [Protocol.Clients.GrantTypes.AuthorizationCode, Protocol.Clients.GrantTypes.RefreshToken];

    /// <summary>The hosts that their redirect URIs may be at; empty for any. Loopback is the host <c>localhost</c>.</summary>
    public IReadOnlyList<string> RedirectHosts { get; init; } = [];

    /// <summary>Whether each needs a software statement of an issuer that is trusted (RFC 7591 §2.3).</summary>
    public bool RequireSoftwareStatement { get; init; }

    /// <summary>The one whose software statements count, by its <c>iss</c>; null for nobody.</summary>
    public string? SoftwareStatementIssuer { get; init; }

    /// <summary>Where that issuer publishes its keys.</summary>
    public string? SoftwareStatementJwksUri { get; init; }

    /// <summary>False lets those that authenticate do without PKCE, as OpenID Connect alone asks for none.</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>How many there may be at once.</summary>
    public int MaxClients { get; init; } = 100;

    /// <summary>When nothing more can be registered by it; null for never. The clients stay.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>How many there are now.</summary>
    public int ClientCount { get; init; }

    /// <summary>The identifier of the one policy of registration without a token.</summary>
    public static Guid OpenId { get; } = new("00000000-0000-0000-0000-000000000001");

    /// <summary>The identifier of the one policy of Client ID Metadata Documents.</summary>
    public static Guid DocumentsId { get; } = new("00000000-0000-0000-0000-000000000002");

    /// <summary>What holds for registration without a token until an operator says otherwise: sign-in, and no API.</summary>
    public static RegistrationPolicy Open { get; } = new() { PolicyId = OpenId, Name = "open", MaxClients = 1000 };

    /// <summary>The same for Client ID Metadata Documents.</summary>
    public static RegistrationPolicy Documents { get; } = new() { PolicyId = DocumentsId, Name = "documents", MaxClients = 1000 };

    /// <summary>Whether clients may still be registered by it, quota aside.</summary>
    public bool IsStanding(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);
}
