using System.Text.Json;

namespace IdentityProvider.Protocol.Clients;

/// <summary>What a <c>sector_identifier_uri</c> leads to (OpenID Connect Registration §5): who may know people by the same names.</summary>
public static class SectorIdentifierRules
{
    /// <summary>In bytes.</summary>
    public const int LongestDocument = 64 * 1024;

    private static readonly JsonDocumentOptions Flat = new() { MaxDepth = 2 };

    /// <summary>Why the client may not be of that sector; null where it may.</summary>
    /// <param name="client">Who says so.</param>
    /// <param name="document">What lies at the address; null where nothing could be had.</param>
    public static MetadataError? Refuse(Client client, ReadOnlyMemory<byte>? document)
    {
        ArgumentNullException.ThrowIfNull(client);

        // 1. It could be fetched.
        if (document is not { } utf8)
            return new("sector_identifier_uri", "could not be fetched by https, without redirects, from a public address");

        // 2. A list of texts.
        if (ReadOrNull(utf8.Span) is not { } listed)
            return new("sector_identifier_uri", "must lead to a JSON array of redirect URIs");

        // 3. That has each redirect URI of the client: no one joins a sector that doesn't name them.
        if (client.RedirectUris.Any(uri => !listed.Contains(uri)))
            return new("sector_identifier_uri", "must list every redirect URI of the client");

        // 4. And the client's keys, where people are met without a redirect (CIBA Core §4).
        return NeedsListedKeys(client) && !listed.Contains(client.JwksUri!) ? new("sector_identifier_uri", "must list the client's jwks_uri") : null;
    }

    /// <summary>
    /// Why a client that registered itself can't prove of which sector it is, before anything is fetched; null where it can. A redirect URI proves it
    /// only to a client that gets people by redirect: for the others a name is all that stands in a registration, and anyone could write another's.
    /// So they have keys of their own, which the sector lists (CIBA Core §4).
    /// </summary>
    public static MetadataError? RefuseUnproven(Client client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return NeedsListedKeys(client) && (client.SectorIdentifierUri is null || client.JwksUri is null || client.TokenEndpointAuthMethod is not (ClientAuthenticationMethod.PrivateKeyJwt or ClientAuthenticationMethod.SelfSignedTlsClientAuth))
            ? new("subject_type", "pairwise with a grant that knows no redirect needs private_key_jwt or self_signed_tls_client_auth with a jwks_uri, which the sector_identifier_uri lists")
            : null;
    }

    private static bool NeedsListedKeys(Client client) =>
        client is { IsSelfRegistered: true, SubjectType: SubjectType.Pairwise } && client.GrantTypes.Any(type => type is GrantTypes.DeviceCode or GrantTypes.Backchannel);

    private static HashSet<string>? ReadOrNull(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var root = JsonElement.Parse(utf8, Flat);
            if (root.ValueKind is not JsonValueKind.Array || root.EnumerateArray().Any(item => item.ValueKind is not JsonValueKind.String))
                return null;
            return [.. root.EnumerateArray().Select(item => item.GetString()!)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
