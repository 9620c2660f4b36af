using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Storage.Rows;

/// <summary>
/// A client's metadata as it is kept: RFC 7591's names, nothing that this version doesn't know, nothing that is absent. Its members are settable
/// because the generated reader gives an init-only one that is absent no value instead of its default: PKCE would be off.
/// </summary>
internal sealed record ClientDocument
{
    public string? ClientName { get; set; }

    public string ApplicationType { get; set; } = "web";

    public IReadOnlyList<string>? RedirectUris { get; set; }

    public IReadOnlyList<string>? PostLogoutRedirectUris { get; set; }

    public IReadOnlyList<string>? GrantTypes { get; set; }

    public string TokenEndpointAuthMethod { get; set; } = "client_secret_basic";

    public string? Scope { get; set; }

    public IReadOnlyList<string>? Resources { get; set; }

    public IReadOnlyList<string>? Introspects { get; set; }

    public IReadOnlyList<string>? AllowedOrigins { get; set; }

    public bool RequirePkce { get; set; } = true;

    public bool RequireConsent { get; set; } = true;

    public string IdTokenSignedResponseAlg { get; set; } = "RS256";

    public int? DefaultMaxAge { get; set; }

    public string? ClientUri { get; set; }

    public string? LogoUri { get; set; }

    public string? PolicyUri { get; set; }

    public string? TosUri { get; set; }

    public IReadOnlyList<string>? Contacts { get; set; }

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
    private static InvalidOperationException Unreadable(ClientRow row) =>
        new($"The document of client '{row.ClientId}' has a value that this version can't read.");
}
