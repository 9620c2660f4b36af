using System.Text.Json;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Registration;

/// <summary>
/// A client whose identifier is the address of its metadata (draft-ietf-oauth-client-id-metadata-document). The document is written for every
/// server, so that what it asks beyond the policy is left out, where a registration for this server would be refused.
/// </summary>
public static class ClientDocumentRules
{
    /// <summary>In bytes ("Maximum Response Size for Client Metadata Documents").</summary>
    public const int LongestDocument = 5 * 1024;

    /// <summary>It is a key in the database and stands on the consent page.</summary>
    public const int LongestAddress = 200;

    /// <summary>Bounds of how long a document is used without asking again ("Metadata Caching").</summary>
    public static TimeSpan FreshAtLeast { get; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc cref="FreshAtLeast"/>
    public static TimeSpan FreshAtMost { get; } = TimeSpan.FromHours(24);

    private static readonly TimeSpan FreshUnlessSaid = TimeSpan.FromHours(1);

    /// <summary>Whether the identifier is an address that a document may be at ("Client Identifier").</summary>
    public static bool IsAddress(string clientId)
    {
        ArgumentNullException.ThrowIfNull(clientId);
        return
            // 1. https, in the one spelling that it has: no user, no fragment, no dot segments, and no query, which the draft advises against.
            clientId.StartsWith("https://", StringComparison.Ordinal)
            && clientId.Length <= LongestAddress
            && !clientId.AsSpan().ContainsAny('#', '?', '@')
            && !clientId.Contains("%2e", StringComparison.OrdinalIgnoreCase)
            && WebUris.IsSecure(clientId)
            && new Uri(clientId) is var uri
            && uri.AbsoluteUri == clientId
            // 2. A name, and a path below it.
            && uri.HostNameType == UriHostNameType.Dns
            && uri.AbsolutePath.Length > 1;
    }

    /// <summary>How long what was fetched is used, by the answer's <c>max-age</c> in seconds; null where it named none.</summary>
    public static TimeSpan FreshFor(TimeSpan? maxAge)
    {
        var wish = maxAge ?? FreshUnlessSaid;
        return wish < FreshAtLeast ? FreshAtLeast : wish > FreshAtMost ? FreshAtMost : wish;
    }

    /// <summary>Decides.</summary>
    /// <param name="document">What stands at the address.</param>
    /// <param name="clientId">The address.</param>
    /// <param name="policy">What such clients may have.</param>
    /// <param name="known">Those of the policy's resources that exist.</param>
    /// <param name="standing">The client as it was kept; null for a new one.</param>
    public static Validated<Client> Decide(ReadOnlySpan<byte> document, string clientId, RegistrationPolicy policy, IReadOnlyList<Resource> known, Client? standing = null)
    {
        ArgumentNullException.ThrowIfNull(policy);

        // 1. One JSON object, which names this very address ("Client Metadata Document").
        var read = RegistrationRequest.Read(document);
        if (read is not Validated<RegistrationRequest>.Valid { Value: var request })
            return ((Validated<RegistrationRequest>.Invalid)read).Error;
        if (request.ClientId != clientId)
            return new MetadataError("client_id", "is not the address of the document");

        // 2. No secret: a document is for everyone to read.
        if (request.Has("client_secret") || request.Has("client_secret_expires_at"))
            return new MetadataError("client_secret", "can't stand in a document");
        var asked = request.Asked(claims: null);
        if (asked is not Validated<ClientMetadata>.Valid { Value: var metadata })
            return ((Validated<ClientMetadata>.Invalid)asked).Error;
        var method = metadata.TokenEndpointAuthMethod ?? "none";
        if (method is not ("none" or "private_key_jwt"))
            return new MetadataError("token_endpoint_auth_method", "can be none or private_key_jwt");

        // 3. It redirects to its own origin, or to the device of whoever uses it: the address is all that people can judge it by.
        var origin = new Uri(clientId).GetLeftPart(UriPartial.Authority);
        string[] addresses = [.. metadata.RedirectUris ?? [], .. metadata.PostLogoutRedirectUris ?? []];
        if (addresses.Any(uri => !IsAtHome(uri, origin)))
            return new MetadataError("redirect_uris", "must be at the origin of client_id, or http on loopback");

        // 4. What the policy has of what it asks, and all else as for everyone.
        var narrowed = metadata with
        {
            ClientName = metadata.ClientName ?? new Uri(clientId).Host,
            TokenEndpointAuthMethod = method,
            GrantTypes = [.. (metadata.GrantTypes ?? [GrantTypes.AuthorizationCode]).Intersect(policy.GrantTypes, StringComparer.Ordinal)],
            ResponseTypes = null,
            Resources = null,
            Scope = ScopeSet.TryParse(metadata.Scope, out var scope) && scope.Intersect(policy.Scope) is { Count: > 0 } both ? both.ToString() : null,
            LogoUri = null, // asked for by the browser, it would tell its host who is looking, and could show anything
        };

        // 5. What is shown as its own, or called in its name, is at its own origin; the rest is left out.
        narrowed = AtHome(narrowed, origin);
        return RegistrationRules.Decide(narrowed, policy, "document", known, standing) switch
        {
            Validated<Client>.Valid { Value: var client } => Validated.Of(client with { ClientId = clientId }),
            var refused => refused,
        };
    }

    private static ClientMetadata AtHome(ClientMetadata metadata, string origin)
    {
        string? Own(string? uri) => uri?.StartsWith(origin + "/", StringComparison.Ordinal) == true ? uri : null;
        bool MayStand(string name, JsonElement value) => ClientLanguages.MemberOf(name) switch
        {
            "client_name" => true,
            "logo_uri" => false,
            _ => value.ValueKind is JsonValueKind.String && Own(value.GetString()) is not null,
        };
        return metadata with
        {
            ClientUri = Own(metadata.ClientUri),
            PolicyUri = Own(metadata.PolicyUri),
            TosUri = Own(metadata.TosUri),
            Localized = metadata.Localized?.Where(m => MayStand(m.Key, m.Value)).ToDictionary(StringComparer.Ordinal),
            SectorIdentifierUri = Own(metadata.SectorIdentifierUri),
            BackchannelLogoutUri = Own(metadata.BackchannelLogoutUri),
            FrontchannelLogoutUri = Own(metadata.FrontchannelLogoutUri),
            BackchannelClientNotificationEndpoint = Own(metadata.BackchannelClientNotificationEndpoint),
            RequestUris = metadata.RequestUris?.Where(uri => Own(uri) is not null).ToList(),
        };
    }

    private static bool IsAtHome(string uri, string origin) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed)
        && (uri == origin || uri.StartsWith(origin + "/", StringComparison.Ordinal) || (parsed.Scheme == Uri.UriSchemeHttp && parsed.IsLoopback));
}
