using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Storage.Rows;

/// <summary>A client's metadata as it is kept: RFC 7591's names, nothing that this version doesn't know, nothing that is absent.</summary>
internal sealed record ClientDocument
{
    public string? ClientName { get; init; }

    public string ApplicationType { get; init; } = "web";

    public IReadOnlyList<string>? RedirectUris { get; init; }

    public IReadOnlyList<string>? PostLogoutRedirectUris { get; init; }

    public IReadOnlyList<string>? GrantTypes { get; init; }

    public string TokenEndpointAuthMethod { get; init; } = "client_secret_basic";

    public string? Scope { get; init; }

    public IReadOnlyList<string>? Resources { get; init; }

    public IReadOnlyList<string>? Introspects { get; init; }

    public IReadOnlyList<string>? AllowedOrigins { get; init; }

    public bool RequirePkce { get; init; } = true;

    public bool RequireConsent { get; init; } = true;

    public string IdTokenSignedResponseAlg { get; init; } = "RS256";

    public int? DefaultMaxAge { get; init; }

    public string? ClientUri { get; init; }

    public string? LogoUri { get; init; }

    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    public IReadOnlyList<string>? Contacts { get; init; }

    public static string Write(Client client) => JsonSerializer.Serialize(
        new ClientDocument
        {
            ClientName = client.ClientName,
            ApplicationType = client.ApplicationType == Protocol.Clients.ApplicationType.Native ? "native" : "web",
            RedirectUris = client.RedirectUris,
            PostLogoutRedirectUris = client.PostLogoutRedirectUris,
            GrantTypes = client.GrantTypes,
            TokenEndpointAuthMethod = WireName(client.TokenEndpointAuthMethod),
            Scope = client.Scope.ToString(),
            Resources = client.Resources,
            Introspects = client.Introspects,
            AllowedOrigins = client.AllowedOrigins,
            RequirePkce = client.RequirePkce,
            RequireConsent = client.RequireConsent,
            IdTokenSignedResponseAlg = client.IdTokenSignedResponseAlg.Name,
            DefaultMaxAge = client.DefaultMaxAge,
            ClientUri = client.ClientUri,
            LogoUri = client.LogoUri,
            PolicyUri = client.PolicyUri,
            TosUri = client.TosUri,
            Contacts = client.Contacts,
        },
        Documents.Default.ClientDocument);

    public static Client Read(ClientRow row)
    {
        var document = JsonSerializer.Deserialize(row.Document, Documents.Default.ClientDocument) ?? throw Unreadable(row);
        return new Client
        {
            ClientId = row.ClientId,
            ClientName = document.ClientName ?? row.ClientId,
            ApplicationType = document.ApplicationType == "native" ? Protocol.Clients.ApplicationType.Native : Protocol.Clients.ApplicationType.Web,
            RedirectUris = document.RedirectUris ?? [],
            PostLogoutRedirectUris = document.PostLogoutRedirectUris ?? [],
            GrantTypes = document.GrantTypes ?? [],
            TokenEndpointAuthMethod = AuthMethod(document.TokenEndpointAuthMethod) ?? throw Unreadable(row),
            Scope = ScopeSet.TryParse(document.Scope, out var scope) ? scope : throw Unreadable(row),
            Resources = document.Resources ?? [],
            Introspects = document.Introspects ?? [],
            AllowedOrigins = document.AllowedOrigins ?? [],
            RequirePkce = document.RequirePkce,
            RequireConsent = document.RequireConsent,
            IdTokenSignedResponseAlg = SignatureAlgorithm.TryParse(document.IdTokenSignedResponseAlg, out var alg) ? alg : throw Unreadable(row),
            DefaultMaxAge = document.DefaultMaxAge,
            ClientUri = document.ClientUri,
            LogoUri = document.LogoUri,
            PolicyUri = document.PolicyUri,
            TosUri = document.TosUri,
            Contacts = document.Contacts ?? [],
            Secrets = [.. row.Secrets.OrderByDescending(s => s.CreatedAt).Select(s => new ClientSecret(s.Hash, s.CreatedAt, s.ExpiresAt))],
        };
    }

    private static string WireName(ClientAuthenticationMethod method) => method switch
    {
        ClientAuthenticationMethod.None => "none",
        ClientAuthenticationMethod.ClientSecretBasic => "client_secret_basic",
        ClientAuthenticationMethod.ClientSecretPost => "client_secret_post",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "It has no name to be kept by."),
    };

    private static ClientAuthenticationMethod? AuthMethod(string name) => name switch
    {
        "none" => ClientAuthenticationMethod.None,
        "client_secret_basic" => ClientAuthenticationMethod.ClientSecretBasic,
        "client_secret_post" => ClientAuthenticationMethod.ClientSecretPost,
        _ => null,
    };

    // Whoever wrote to the table by hand, or runs an older version on a newer row, hears so; guessing would weaken a client.
    private static InvalidOperationException Unreadable(ClientRow row) => new($"The document of client '{row.ClientId}' has a value that this version can't read.");
}
