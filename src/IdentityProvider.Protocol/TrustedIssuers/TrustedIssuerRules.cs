using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.TrustedIssuers;

/// <summary>From what an operator wrote to a trusted issuer, or the first member to correct.</summary>
public static class TrustedIssuerRules
{
    /// <summary>ASP.NET Core Identity keeps no longer names of logins elsewhere; nor do we of subjects.</summary>
    public const int LongestName = 128;

    private const int MostClients = 50;

    /// <param name="metadata">What was written.</param>
    /// <param name="ourIssuer">Ours: nobody else's tokens are taken for our own, and our own are no assertions.</param>
    public static Validated<TrustedIssuer> Decide(TrustedIssuerMetadata metadata, string ourIssuer)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var (issuer, clients) = (metadata.Issuer ?? "", metadata.Clients ?? []);

        // 1. A name that isn't ours (RFC 7523 §3 number 1).
        if (issuer.Length is 0 or > LongestName || !issuer.All(c => c is > ' ' and <= '~'))
            return new MetadataError("issuer", $"must be 1 to {LongestName} characters of printable ASCII without spaces");
        if (issuer == ourIssuer)
            return new MetadataError("issuer", "is this server: its own tokens are no assertions");

        // 2. Keys, by value or by reference (RFC 7523 §3 number 9).
        string? reason = null;
        var jwks = metadata.Jwks is { } written ? ClientKeySet.Parse(written, out reason) : null;
        if (reason is not null)
            return new MetadataError("jwks", $"must be a JWK Set (RFC 7517 §5): {reason}");
        if (jwks is null == metadata.JwksUri is null)
            return new MetadataError("jwks", "needs either jwks or jwks_uri, and not both");
        if (jwks is { HoldsSecrets: true } or { IsAmbiguous: true } or { Verification.Keys.Count: 0 })
            return new MetadataError("jwks", "must hold public keys that verify, each of a kid of its own, and no private or symmetric key");
        if (metadata.JwksUri is { } uri && (!WebUris.IsSecure(uri) || uri.Contains('#', StringComparison.Ordinal)))
            return new MetadataError("jwks_uri", "must be an https URL (http on loopback) without fragment, of at most 2000 characters");

        // 3. Clients that may bring its assertions, by name.
        if (clients.Count is 0 or > MostClients || !clients.All(c => PlainText.IsPlain(c, 100)))
            return new MetadataError("clients", $"must name 1 to {MostClients} clients");

        // 4. Who its subjects are here.
        if (metadata.UsernameClaim is { } claim && (claim.Length > 100 || !claim.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')))
            return new MetadataError("username_claim", "must be the name of a claim");

        // 5. What they may get: of APIs alone, for nobody has signed in here.
        if (!ScopeSet.TryParse(metadata.Scope, out var scope) || scope.Count == 0 || metadata.Scope!.Length > ClientMetadataRules.LongestList)
            return new MetadataError("scope", "must name the scopes that its tokens may have");
        if (scope.Intersect(ScopeSet.Identity).FirstOrDefault() is { } aboutPeople)
            return new MetadataError("scope", $"{aboutPeople} is about a person who signs in, and nobody does");

        return Validated.Of(new TrustedIssuer { Issuer = issuer, Jwks = jwks, JwksUri = metadata.JwksUri, Clients = clients, UsernameClaim = metadata.UsernameClaim, Scope = scope });
    }

    /// <summary>The issuer of metadata that <see cref="TrustedIssuerMetadata.Of"/> wrote; null where a value is none that this version knows.</summary>
    public static TrustedIssuer? Restore(TrustedIssuerMetadata stored) => (Decide(stored, ourIssuer: "") as Validated<TrustedIssuer>.Valid)?.Value;
}
