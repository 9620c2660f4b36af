using IdentityProvider.Protocol.Import.AspNetIdentity;

namespace IdentityProvider.Protocol.Import.Duende;

/// <summary>What is in the tables of Duende IdentityServer's configuration store (EF Core; IdentityServer4's version 4 has the same), and in those of ASP.NET Core Identity.</summary>
public sealed record DuendeTables
{
    public IReadOnlyList<DuendeClient> Clients { get; init; } = [];

    public IReadOnlyList<DuendeApi> Apis { get; init; } = [];

    public IReadOnlyList<DuendeScope> Scopes { get; init; } = [];

    /// <summary>The names of identity resources that are no scope of OpenID Connect's.</summary>
    public IReadOnlyList<string> IdentityResources { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<AspNetUser> Users { get; init; } = [];
}

/// <summary>A client with its lists.</summary>
public sealed record DuendeClient
{
    public string? ClientId { get; init; }

    public string? ClientName { get; init; }

    public bool Enabled { get; init; } = true;

    public string? ProtocolType { get; init; }

    public bool RequireClientSecret { get; init; } = true;

    public bool RequireConsent { get; init; }

    public bool RequirePkce { get; init; } = true;

    public bool RequireDPoP { get; init; }

    public bool RequirePushedAuthorization { get; init; }

    public bool RequireRequestObject { get; init; }

    public bool AllowOfflineAccess { get; init; }

    /// <summary>1 where its tokens are references.</summary>
    public long AccessTokenType { get; init; }

    /// <summary>Names with commas between them.</summary>
    public string? IdTokenAlgorithms { get; init; }

    public string? ClientUri { get; init; }

    public string? LogoUri { get; init; }

    public string? FrontChannelLogoutUri { get; init; }

    public bool FrontChannelLogoutSessionRequired { get; init; }

    public string? BackChannelLogoutUri { get; init; }

    public bool BackChannelLogoutSessionRequired { get; init; }

    public string? PairWiseSubjectSalt { get; init; }

    public IReadOnlyList<string> GrantTypes { get; init; } = [];

    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    public IReadOnlyList<DuendeSecret> Secrets { get; init; } = [];

    /// <summary>The types of claims that are put into its tokens.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];

    public IReadOnlyList<string> IdentityProviderRestrictions { get; init; } = [];
}

/// <summary>Something by which a client or an API proves who it is.</summary>
/// <param name="Type">Such as <c>SharedSecret</c> or <c>JWK</c>.</param>
/// <param name="Value">Of a shared secret the hash in base64.</param>
/// <param name="Expiration">When it ends; null for never.</param>
public sealed record DuendeSecret(string? Type, string? Value, DateTimeOffset? Expiration);

/// <summary>An API.</summary>
public sealed record DuendeApi
{
    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    public bool Enabled { get; init; } = true;

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public IReadOnlyList<DuendeSecret> Secrets { get; init; } = [];

    /// <summary>The types of claims that are put into its tokens.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];
}

/// <summary>A scope of APIs.</summary>
public sealed record DuendeScope
{
    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    public string? Description { get; init; }

    public bool Enabled { get; init; } = true;
}
