using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Upstream;

/// <summary>From what an operator wrote to an upstream, or the first member to correct.</summary>
public static class UpstreamRules
{
    /// <summary>In characters; it stands in addresses.</summary>
    public const int LongestName = 40;

    /// <summary>In characters: what ASP.NET Core Identity's table of logins keeps.</summary>
    public const int LongestIssuer = 128;

    /// <summary>In characters, of a secret that we have to keep.</summary>
    public const int LongestSecret = 500;

    /// <summary>Of a logo's <c>data:</c> URI, in characters: it travels with each page that asks for a sign-in.</summary>
    public const int LongestLogo = 24 * 1024;

    private const int LongestLabel = 60;
    private const int MostOfAList = 20;

    private static readonly string[] Pictures = ["data:image/png;base64,", "data:image/svg+xml;base64,", "data:image/webp;base64,", "data:image/jpeg;base64,"];

    private static readonly ScopeSet SignInScopes = ScopeSet.Of([ScopeSet.OpenId, "profile", "email"]);

    /// <summary>Decides.</summary>
    /// <param name="metadata">What was written.</param>
    /// <param name="ourIssuer">Ours: nobody signs in here by signing in here.</param>
    /// <param name="hasSecret">Whether a secret is known, written now or before.</param>
    public static Validated<UpstreamProvider> Decide(UpstreamMetadata metadata, string ourIssuer, bool hasSecret)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        if (!ScopeSet.TryParse(metadata.Scope ?? SignInScopes.ToString(), out var scope))
            return new MetadataError("scope", "must be scopes separated by spaces");
        if (MethodOf(metadata.TokenEndpointAuthMethod) is not { } method)
            return new MetadataError("token_endpoint_auth_method", "must be client_secret_basic, client_secret_post, private_key_jwt or none");
        if (CreationOf(metadata.Create) is not { } create)
            return new MetadataError("create", "must be never, invited or always");
        if (LogoutOf(metadata.Logout) is not { } logout)
            return new MetadataError("logout", "must be offer, always or never");

        var upstream = new UpstreamProvider
        {
            Name = metadata.Name ?? "",
            Issuer = metadata.Issuer ?? "",
            ClientId = metadata.ClientId ?? "",
            TokenEndpointAuthMethod = method,
            Scope = scope,
            Label = metadata.Label ?? metadata.Name ?? "",
            Logo = metadata.Logo,
            Claims = metadata.Claims ?? new Dictionary<string, string>(),
            Create = create,
            EmailDomains = metadata.EmailDomains ?? [],
            Roles = metadata.Roles ?? [],
            TrustedAcr = metadata.TrustedAcr ?? [],
            TrustedAmr = metadata.TrustedAmr ?? [],
            Logout = logout,
            Enabled = metadata.Enabled ?? true,
        };
        return (Refuse(upstream, ourIssuer) ?? RefuseSecret(metadata, upstream, hasSecret) ?? RefuseTrust(upstream)) is { } error ? error : Validated.Of(upstream);
    }

    /// <summary>The upstream of metadata that <see cref="UpstreamMetadata.Of"/> wrote; null where a value is none that this version knows.</summary>
    public static UpstreamProvider? Restore(UpstreamMetadata stored) => (Decide(stored, ourIssuer: "", hasSecret: true) as Validated<UpstreamProvider>.Valid)?.Value;

    /// <summary>Whether the text can be a name: what isn't is not looked up.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= LongestName && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-');
    }

    internal static string WireOf(ClientAuthenticationMethod method) => method switch
    {
        ClientAuthenticationMethod.ClientSecretPost => "client_secret_post",
        ClientAuthenticationMethod.PrivateKeyJwt => "private_key_jwt",
        ClientAuthenticationMethod.None => "none",
        _ => "client_secret_basic",
    };

    internal static string WireOf(UpstreamCreation create) => create switch { UpstreamCreation.Invited => "invited", UpstreamCreation.Always => "always", _ => "never" };

    internal static string WireOf(UpstreamLogout logout) => logout switch { UpstreamLogout.Always => "always", UpstreamLogout.Never => "never", _ => "offer" };

    private static ClientAuthenticationMethod? MethodOf(string? word) => word switch
    {
        null or "client_secret_basic" => ClientAuthenticationMethod.ClientSecretBasic,
        "client_secret_post" => ClientAuthenticationMethod.ClientSecretPost,
        "private_key_jwt" => ClientAuthenticationMethod.PrivateKeyJwt,
        "none" => ClientAuthenticationMethod.None,
        _ => null,
    };

    private static UpstreamCreation? CreationOf(string? word) => word switch
    {
        null or "never" => UpstreamCreation.Never,
        "invited" => UpstreamCreation.Invited,
        "always" => UpstreamCreation.Always,
        _ => null,
    };

    private static UpstreamLogout? LogoutOf(string? word) => word switch
    {
        null or "offer" => UpstreamLogout.Offer,
        "always" => UpstreamLogout.Always,
        "never" => UpstreamLogout.Never,
        _ => null,
    };

    private static MetadataError? Refuse(UpstreamProvider upstream, string ourIssuer)
    {
        // 1. A name for our own addresses.
        if (!IsName(upstream.Name))
            return new("name", $"must be 1 to {LongestName} lower-case letters, digits and hyphens");

        // 2. An issuer that discovery can start from (OpenID Connect Discovery §3, §4), and that isn't ours.
        if (!WebUris.IsSecure(upstream.Issuer) || upstream.Issuer.Length > LongestIssuer || upstream.Issuer.AsSpan().ContainsAny('?', '#'))
            return new("issuer", $"must be an https URL (http on loopback) without query and fragment, of at most {LongestIssuer} characters");
        if (upstream.Issuer == ourIssuer)
            return new("issuer", "is this server");

        // 3. Who we are there, and what we ask for (RFC 6749 §2.2, Core §3.1.2.1).
        if (upstream.ClientId.Length is 0 or > 200 || !upstream.ClientId.All(c => c is >= ' ' and <= '~'))
            return new("client_id", "must be 1 to 200 characters of printable ASCII");
        if (!upstream.Scope.Contains(ScopeSet.OpenId) || upstream.Scope.ToString().Length > ClientMetadataRules.LongestList)
            return new("scope", "must have openid");

        // 4. What people see: plain text, and a picture that comes with the page.
        if (!PlainText.IsPlain(upstream.Label, LongestLabel))
            return new("label", $"must be plain text of at most {LongestLabel} characters");
        if (upstream.Logo is { } logo && !IsPicture(logo))
            return new("logo", $"must be a data: URI of a PNG, SVG, WebP or JPEG in base64, of at most {LongestLogo} characters");

        // 5. Claims that an operator could set too, each from one of theirs.
        foreach (var (ours, theirs) in upstream.Claims)
        {
            if (!UpstreamClaims.Names.Contains(ours, StringComparer.Ordinal))
                return new("claims", $"can set {string.Join(", ", UpstreamClaims.Names)}, and not '{(PlainText.IsPlain(ours, 50) ? ours : "that")}'");
            if (!PlainText.IsPlain(theirs, 200))
                return new("claims", $"{ours} needs the name of a claim of theirs");
        }

        return null;
    }

    private static MetadataError? RefuseSecret(UpstreamMetadata written, UpstreamProvider upstream, bool hasSecret)
    {
        if (written.ClientSecret is { } secret && (secret.Length is 0 or > LongestSecret || !secret.All(c => c is >= ' ' and <= '~')))
            return new("client_secret", $"must be 1 to {LongestSecret} characters of printable ASCII");
        if (upstream.NeedsSecret && !hasSecret && written.ClientSecret is null)
            return new("client_secret", "is needed with client_secret_basic and client_secret_post");
        return !upstream.NeedsSecret && written.ClientSecret is not null
            ? new("client_secret", $"is of no use with {WireOf(upstream.TokenEndpointAuthMethod)}")
            : null;
    }

    private static MetadataError? RefuseTrust(UpstreamProvider upstream)
    {
        // 1. Domains by name: no wildcard decides whose address somebody may say is theirs.
        if (upstream.EmailDomains.Count > MostOfAList || !upstream.EmailDomains.All(IsDomain))
            return new("email_domains", $"must be at most {MostOfAList} domain names in lower case, such as example.com");

        // 2. Who must be invited is known by an address, which must count.
        if (upstream.Create == UpstreamCreation.Invited && upstream.EmailDomains.Count == 0)
            return new("email_domains", "are needed where people must be invited: an invitation is to an address");
        if (upstream.Roles.Count > MostOfAList || !upstream.Roles.All(r => PlainText.IsPlain(r, 100)))
            return new("roles", $"must be at most {MostOfAList} names of at most 100 characters");
        if (!AreWords(upstream.TrustedAcr))
            return new("trusted_acr", $"must be at most {MostOfAList} values");
        return AreWords(upstream.TrustedAmr) ? null : new("trusted_amr", $"must be at most {MostOfAList} values");
    }

    private static bool AreWords(IReadOnlyList<string> values) => values.Count <= MostOfAList && values.All(v => PlainText.IsPlain(v, 200));

    private static bool IsDomain(string text) =>
        text.Length <= 253 && !text.Any(char.IsAsciiLetterUpper) && text.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(text) == UriHostNameType.Dns;

    private static bool IsPicture(string logo) =>
        logo.Length <= LongestLogo
        && Pictures.FirstOrDefault(p => logo.StartsWith(p, StringComparison.Ordinal)) is { } kind
        && System.Buffers.Text.Base64.IsValid(logo.AsSpan(kind.Length), out var length)
        && length > 0
        && !logo.Any(char.IsWhiteSpace);
}
