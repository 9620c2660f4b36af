using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Import.Duende;

/// <summary>A client of Duende IdentityServer in the words of its registration here (RFC 7591 §2), before it is decided on.</summary>
internal sealed class DuendeClients(ApiIntake apis, ImportChoices choices, ImportReport report)
{
    private const int Sha256 = 32;

    /// <summary>Each with the hashes of its secrets that can be kept: the clients, and for each API that has secrets one that asks about tokens (RFC 7662).</summary>
    public IEnumerable<(ClientMetadata Client, IReadOnlyList<ImportedSecret> Secrets)> All(DuendeTables tables)
    {
        foreach (var client in tables.Clients.DistinctBy(client => client.ClientId).OrderBy(client => client.ClientId, StringComparer.Ordinal))
        {
            if (Read(client) is { } written)
                yield return (written, SecretsOf(client.ClientId!, client.Secrets));
        }

        foreach (var api in tables.Apis.Where(api => api is { Enabled: true, Name.Length: > 0, Secrets.Count: > 0 }))
        {
            if (tables.Clients.Any(client => client.ClientId == api.Name))
                report.Add(LeftBehind.OfApi, api.Name!, "secrets", "a client has this name: let it introspect by its `introspects`");
            else
                yield return (new() { ClientId = api.Name, ClientName = api.DisplayName, GrantTypes = [], Introspects = [choices.IdentifierOf(api.Name!)] }, SecretsOf(api.Name!, api.Secrets));
        }
    }

    private ClientMetadata? Read(DuendeClient client)
    {
        if (client.ClientId is not { Length: > 0 } id)
            return null;
        var why = client.ProtocolType is not (null or "oidc") ? $"speaks {client.ProtocolType}, which this server doesn't" : client.Enabled ? null : "is disabled there; here a client is or isn't";
        if (why is not null)
        {
            report.Add(LeftBehind.OfClient, id, "", why);
            return null;
        }

        Tell(client, id);
        List<string> grants = [.. client.GrantTypes, .. client.AllowOfflineAccess ? [GrantTypes.RefreshToken] : Array.Empty<string>()];
        // Its hybrid flow is the code flow with more; what it is without that goes on.
        if (grants.Contains("hybrid"))
            grants.Add(GrantTypes.AuthorizationCode);
        List<string> scopes = [.. client.Scopes, .. client.AllowOfflineAccess ? [ScopeSet.OfflineAccess] : Array.Empty<string>()];
        return Keys(client, id, new ClientMetadata
        {
            ClientId = id,
            ClientName = client.ClientName,
            RedirectUris = client.RedirectUris,
            PostLogoutRedirectUris = client.PostLogoutRedirectUris,
            AllowedOrigins = [.. client.CorsOrigins.Select(origin => origin.TrimEnd('/'))],
            GrantTypes = grants,
            Scope = string.Join(' ', scopes),
            Resources = [.. scopes.SelectMany(apis.Defining).Distinct(StringComparer.Ordinal)],
            RequirePkce = !client.RequireClientSecret || client.RequirePkce ? null : false,
            RequireConsent = client.RequireConsent,
            RequirePushedAuthorizationRequests = client.RequirePushedAuthorization ? true : null,
            DpopBoundAccessTokens = client.RequireDPoP ? true : null,
            BackchannelTokenDeliveryMode = grants.Contains(GrantTypes.Backchannel) ? "poll" : null,
            BackchannelLogoutUri = client.BackChannelLogoutUri,
            BackchannelLogoutSessionRequired = client.BackChannelLogoutSessionRequired,
            FrontchannelLogoutUri = client.FrontChannelLogoutUri,
            FrontchannelLogoutSessionRequired = client.FrontChannelLogoutSessionRequired,
            IdTokenSignedResponseAlg = AlgorithmOf(client, id),
            ClientUri = client.ClientUri,
            LogoUri = client.LogoUri,
        });
    }

    // By what it proves who it is; where it has several ways, by keys before secrets.
    private ClientMetadata Keys(DuendeClient client, string id, ClientMetadata metadata)
    {
        if (!client.RequireClientSecret)
            return metadata with { TokenEndpointAuthMethod = "none" };
        if (client.Secrets.Where(secret => secret.Type is "JWK").Select(secret => KeyOf(secret, id)).OfType<JsonNode>().ToArray() is { Length: > 0 } keys)
            return metadata with { TokenEndpointAuthMethod = "private_key_jwt", Jwks = JsonElement.Parse(new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString()) };
        if (client.Secrets.FirstOrDefault(secret => secret.Type is "X509Name") is { Value: { } name })
            return metadata with { TokenEndpointAuthMethod = "tls_client_auth", TlsClientAuthSubjectDn = name };
        foreach (var other in client.Secrets.Where(secret => secret.Type is not ("SharedSecret" or "JWK" or "X509Name")).Select(secret => secret.Type ?? "").Distinct(StringComparer.Ordinal))
            report.Add(LeftBehind.OfClient, id, $"secret {other}", "is no way to prove who one is here: the client gets a secret, or better a key of its own (private_key_jwt)");
        return metadata;
    }

    private JsonNode? KeyOf(DuendeSecret secret, string id)
    {
        try
        {
            return JsonNode.Parse(secret.Value ?? "");
        }
        catch (JsonException)
        {
            report.Add(LeftBehind.OfClient, id, "secret JWK", "is not JSON");
            return null;
        }
    }

    private List<ImportedSecret> SecretsOf(string id, IReadOnlyList<DuendeSecret> secrets)
    {
        var kept = new List<ImportedSecret>();
        foreach (var secret in secrets.Where(secret => secret.Type is "SharedSecret"))
        {
            var hash = new byte[64];
            if (Convert.TryFromBase64String(secret.Value ?? "", hash, out var length) && length == Sha256)
                kept.Add(new(hash[..Sha256], secret.Expiration));
            else
                report.Add(LeftBehind.OfClient, id, "secret", "is not kept by its SHA-256 there, and by no other hash here; the client gets a new one, shown once");
        }

        return kept;
    }

    private string? AlgorithmOf(DuendeClient client, string id)
    {
        var named = (client.IdTokenAlgorithms ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (named.Length == 0 || named.FirstOrDefault(name => SignatureAlgorithm.TryParse(name, out _)) is { } known && (known == named[0]))
            return named.FirstOrDefault();
        report.Add(LeftBehind.OfClient, id, $"algorithm {named[0]}", "this server signs by RS256, PS256 or ES256");
        return null;
    }

    // What has no member here, in a word each.
    private void Tell(DuendeClient client, string id)
    {
        if (client.RequireRequestObject)
            report.Add(LeftBehind.OfClient, id, "RequireRequestObject", "say require_signed_request_object when the client's keys are registered");
        if (client.AccessTokenType == 1)
            report.Add(LeftBehind.OfClient, id, "reference tokens", "whether a token is one is the API's to say: its `revocation` is introspection");
        if (client.Claims.Count > 0)
            report.Add(LeftBehind.OfClient, id, "claims", "a client's own claims are not put into its tokens here");
        if (client.IdentityProviderRestrictions.Count > 0)
            report.Add(LeftBehind.OfClient, id, "IdentityProviderRestrictions", "people may sign in by any upstream that they are linked to");
        if (!string.IsNullOrEmpty(client.PairWiseSubjectSalt))
            report.Add(LeftBehind.OfClient, id, "PairWiseSubjectSalt", "pairwise identifiers are computed otherwise here, so they would be others (`subject_type`)");
    }
}
