using System.Security.Cryptography;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Registration;

/// <summary>
/// Which clients may register themselves as what (RFC 7591 §2, §3.1, §5): the policy's bounds first, and then the very rules that an operator's
/// clients obey.
/// </summary>
public static class RegistrationRules
{
    // RFC 7592 §2.2: what only the server says.
    private static readonly string[] OfTheServer = ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];

    /// <summary>Decides.</summary>
    /// <param name="asked">What the client, or its statement, asks for.</param>
    /// <param name="policy">What it may have.</param>
    /// <param name="clientId">The identifier that it gets, or has.</param>
    /// <param name="known">Those of the policy's resources that exist, and of what an operator gave the client.</param>
    /// <param name="standing">The client as it is registered; null for a new one.</param>
    public static Validated<Client> Decide(ClientMetadata asked, RegistrationPolicy policy, string clientId, IReadOnlyList<Resource> known, Client? standing = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(known);

        // What an operator changed stands, within the policy or not.
        asked = OperatorMembers.Over(asked, standing);
        bool IsHeld(string member) => standing?.OperatorMembers.Contains(member, StringComparer.Ordinal) == true;

        // 1. Redirect URIs where the policy lets them be.
        var astray = (asked.RedirectUris ?? []).FirstOrDefault(uri => !IsAllowedHost(uri, policy.RedirectHosts));
        if (astray is not null && !IsHeld("redirect_uris"))
            return new MetadataError("redirect_uris", $"{ClientMetadataRules.Quoted(astray)} is at no host that is allowed here");

        // 2. Grant types of the policy's.
        var grantTypes = asked.GrantTypes ?? [GrantTypes.AuthorizationCode];
        var forbidden = grantTypes.FirstOrDefault(type => !policy.GrantTypes.Contains(type, StringComparer.Ordinal));
        if (forbidden is not null && !IsHeld("grant_types"))
            return new MetadataError("grant_types", $"{ClientMetadataRules.Quoted(forbidden)} is not allowed here; {string.Join(", ", policy.GrantTypes)} is");

        // 3. Resources of the policy's: all that stand where none is named.
        var resources = asked.Resources ?? [.. policy.Resources.Where(identifier => known.Any(r => r.Identifier == identifier))];
        if (resources.Any(identifier => !policy.Resources.Contains(identifier, StringComparer.Ordinal)) && !IsHeld("resources"))
            return new MetadataError("resources", "names one that is not allowed here");

        // 4. Scopes of the policy's: all that have a meaning for this client where none is named (RFC 7591 §2).
        if (!ScopeSet.TryParse(asked.Scope, out var scope) || !(scope.IsSubsetOf(policy.Scope) || IsHeld("scope")))
            return new MetadataError("scope", "names one that is not allowed here");
        if (asked.Scope is null)
            scope = Meaningful(policy.Scope, grantTypes, known.Where(r => resources.Contains(r.Identifier, StringComparer.Ordinal)));

        // 5. An operator's own word is not the client's to say; a public client's code is called from where it is redirected to.
        var metadata = asked with
        {
            ClientId = clientId,
            GrantTypes = grantTypes,
            Resources = resources,
            Scope = scope.ToString(),
            AllowedOrigins = asked.AllowedOrigins ?? (asked.TokenEndpointAuthMethod == "none" ? OriginsOf(asked.RedirectUris ?? []) : null),
            Introspects = null,
            RequireConsent = null,
            RequireMfa = null,
            RequirePkce = policy.RequirePkce || asked.TokenEndpointAuthMethod == "none" ? null : false,
            RefreshTokenDelivery = null,
        };

        // 6. All else as for everyone (RFC 7591 §2).
        var decided = ClientMetadataRules.Decide(OperatorMembers.Over(metadata, standing), clientId, known);
        if (decided is not Validated<Client>.Valid { Value: var client })
            return decided;
        client = client with { RegisteredBy = policy.PolicyId, OperatorMembers = standing?.OperatorMembers ?? [] };

        // 7. Its sector can be proven (CIBA Core §4).
        return SectorIdentifierRules.RefuseUnproven(client) is { } unproven ? unproven : Validated.Of(client);
    }

    /// <summary>What is wrong with a request to replace a client's metadata, before its metadata is looked at (RFC 7592 §2.2); or null.</summary>
    public static MetadataError? RefuseUpdate(RegistrationRequest request, Client client, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);

        // 1. It names the client, and no other.
        if (request.ClientId != client.ClientId)
            return new("client_id", "must be the client's own");

        // 2. Nothing that only the server says.
        if (OfTheServer.FirstOrDefault(request.Has) is { } own)
            return new(own, "is not the client's to write");

        // 3. A secret that is named is one it has: none is chosen here.
        var hash = SecretHash.Of(request.ClientSecret ?? "");
        return request.Has("client_secret") && !client.Secrets.Any(s => IsValid(s, hash, now)) ? new("client_secret", "is not the client's") : null;
    }

    private static bool IsValid(ClientSecret secret, byte[] hash, DateTimeOffset now) =>
        CryptographicOperations.FixedTimeEquals(hash, secret.Hash) && (secret.ExpiresAt is not { } end || now < end);

    private static ScopeSet Meaningful(ScopeSet scope, IReadOnlyList<string> grantTypes, IEnumerable<Resource> resources)
    {
        var signsIn = grantTypes.Any(GrantTypes.IsOfPerson);
        var meaning = ScopeSet.Of(resources.SelectMany(r => r.ScopeNames)).Union(signsIn ? ScopeSet.Identity : ScopeSet.Empty);
        var asked = scope.Intersect(meaning);
        return grantTypes.Contains(GrantTypes.RefreshToken, StringComparer.Ordinal) ? asked : asked.Except(ScopeSet.Of([ScopeSet.OfflineAccess]));
    }

    // A native app's own scheme has no host; it belongs to whoever has the device, and the policy that names hosts means websites.
    private static bool IsAllowedHost(string uri, IReadOnlyList<string> hosts)
    {
        if (hosts.Count == 0 || !Uri.TryCreate(uri, UriKind.Absolute, out var parsed))
            return true; // what can't be read is refused by the rules of redirect URIs
        if (parsed.Scheme is not ("https" or "http"))
            return false;
        return HostPattern.Allows(hosts, parsed.IsLoopback ? "localhost" : parsed.Host);
    }

    private static List<string> OriginsOf(IReadOnlyList<string> redirectUris) =>
        [.. redirectUris.Where(WebUris.IsSecure).Select(uri => new Uri(uri).GetLeftPart(UriPartial.Authority)).Where(WebUris.IsOrigin).Distinct(StringComparer.Ordinal)];
}
