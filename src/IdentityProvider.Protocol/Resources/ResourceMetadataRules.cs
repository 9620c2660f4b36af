using IdentityProvider.Jose;
using IdentityProvider.Protocol.Claims;

namespace IdentityProvider.Protocol.Resources;

/// <summary>From what an operator wrote of an API to a resource, or the first member to correct. What is silent takes <see cref="Resource"/>'s default.</summary>
public static class ResourceMetadataRules
{
    public const int MostScopes = 100;
    public const int LongestName = 200;
    public const int LongestDescription = 300;

    /// <summary>A shorter life would expire under way between honest clocks.</summary>
    public static TimeSpan ShortestAccessTokenLifetime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Decides.</summary>
    /// <param name="metadata">What was written.</param>
    /// <param name="issuer">This server's issuer identifier, which is no API.</param>
    public static Validated<Resource> Decide(ResourceMetadata metadata, string issuer)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(issuer);
        if (Read(metadata, out var resource) is { } unread)
            return unread;

        var error =
            // 1. An absolute URI without a fragment (RFC 8707 §2).
            RefuseIdentifier(resource.Identifier, issuer)
            // 2. A name that can be shown.
            ?? Refuse(!PlainText.IsPlain(resource.Name, LongestName), "name", $"must be plain text of at most {LongestName} characters")
            // 3. Scopes of its own, each once and none of OpenID Connect's (RFC 6749 §3.3; OpenID Connect Core §5.4).
            ?? RefuseScopes(resource.Scopes)
            // 4. A life that bounds how long a stolen token works (RFC 9700 §4.10).
            ?? Refuse(
                resource.AccessTokenLifetime < ShortestAccessTokenLifetime || resource.AccessTokenLifetime > Resource.LongestAccessTokenLifetime,
                "access_token_lifetime",
                $"must be {ShortestAccessTokenLifetime.TotalSeconds} to {Resource.LongestAccessTokenLifetime.TotalSeconds} seconds");
        return error is not null ? error : new Validated<Resource>.Valid(resource);
    }

    /// <summary>
    /// The resource of metadata that <see cref="ResourceMetadata.Of"/> wrote and that was decided on when it was registered. Null where a value
    /// is none that this version knows.
    /// </summary>
    public static Resource? Restore(ResourceMetadata stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Read(stored, out var resource) is null ? resource : null;
    }

    /// <summary>The name on the wire.</summary>
    public static string NameOf(RevocationStyle style) => style switch
    {
        RevocationStyle.Expiry => "expiry",
        RevocationStyle.Introspection => "introspection",
        _ => "status_list",
    };

    private static MetadataError? Read(ResourceMetadata metadata, out Resource resource)
    {
        resource = null!;
        RevocationStyle? revocation = metadata.Revocation switch
        {
            null or "status_list" => RevocationStyle.StatusList,
            "expiry" => RevocationStyle.Expiry,
            "introspection" => RevocationStyle.Introspection,
            _ => null,
        };
        if (revocation is not { } style)
            return new("revocation", "must be status_list, introspection or expiry");
        if (!SignatureAlgorithm.TryParse(metadata.SigningAlg ?? SignatureAlgorithm.RS256.Name, out var algorithm))
            return new("signing_alg", "must be RS256, PS256 or ES256");
        if (metadata.Identifier is not { } identifier)
            return new("identifier", "must be there: the absolute URI that the API's tokens carry as their audience");

        if (ClaimMapping.Read(metadata.Claims, besideStandardClaims: false, out var claims) is { } mapped)
            return mapped;

        resource = new()
        {
            Identifier = identifier,
            Name = metadata.Name ?? identifier,
            Scopes = [.. (metadata.Scopes ?? []).Select(s => new ResourceScope(s.Name, s.Description))],
            Revocation = style,
            AccessTokenLifetime = metadata.AccessTokenLifetime is { } seconds ? TimeSpan.FromSeconds(seconds) : Resource.LongestAccessTokenLifetime,
            SigningAlg = algorithm,
            Claims = claims,
        };
        return null;
    }

    private static MetadataError? RefuseIdentifier(string identifier, string issuer)
    {
        const int most = 400;
        if (identifier.Length > most || !WebUris.IsAbsolute(identifier) || identifier.Contains('#', StringComparison.Ordinal))
            return new("identifier", $"must be an absolute URI without a fragment, of at most {most} characters");
        // Some are built in; whoever could be one would be sent its tokens.
        if (BuiltInResources.IsIdentifier(identifier, issuer))
            return new("identifier", "is an API that this server has itself");
        // UserInfo takes tokens whose audience is the issuer, so no API may have its name.
        return Refuse(identifier.TrimEnd('/') == issuer.TrimEnd('/'), "identifier", "must not be this server's own issuer");
    }

    private static MetadataError? RefuseScopes(IReadOnlyList<ResourceScope> scopes)
    {
        if (scopes.Count > MostScopes)
            return new("scopes", $"must be at most {MostScopes}");
        if (scopes.Select(s => s.Name).Distinct(StringComparer.Ordinal).Count() < scopes.Count)
            return new("scopes", "names a scope twice");
        foreach (var scope in scopes)
        {
            if (!ScopeSet.IsToken(scope.Name))
                return new("scopes", "must be names of 1 to 256 printable ASCII characters without spaces, quotes and backslashes");
            if (ScopeSet.Identity.Contains(scope.Name))
                return new("scopes", $"{scope.Name} is OpenID Connect's own");
            if (scope.Description is not null && !PlainText.IsPlain(scope.Description, LongestDescription))
                return new("scopes", $"{scope.Name}'s description must be plain text of at most {LongestDescription} characters");
        }

        return null;
    }

    private static MetadataError? Refuse(bool broken, string member, string message) => broken ? new(member, message) : null;
}
