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
        var missing = client.RedirectUris.FirstOrDefault(uri => !listed.Contains(uri));
        return missing is null ? null : new("sector_identifier_uri", "must list every redirect URI of the client");
    }

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
