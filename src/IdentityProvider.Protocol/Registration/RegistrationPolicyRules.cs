using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Registration;

/// <summary>From what an operator wrote to a policy, or the first member to correct. What is silent takes <see cref="RegistrationPolicy"/>'s default.</summary>
public static class RegistrationPolicyRules
{
    public const int MostClients = 1_000_000;
    public const int MostRedirectHosts = 50;

    private const string NotAHost = "must be host names such as app.example.com, *.example.com for all below it, or localhost for loopback";

    /// <summary>Decides.</summary>
    /// <param name="metadata">What was written.</param>
    /// <param name="policyId">The identifier to give.</param>
    /// <param name="known">Those resources that exist of the ones which the metadata names.</param>
    /// <param name="now">The moment.</param>
    /// <param name="expiresAt">When its token ends; null for never.</param>
    public static Validated<RegistrationPolicy> Decide(
        RegistrationPolicyMetadata metadata, Guid policyId, IReadOnlyList<Resource> known, DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (!TryRead(metadata, policyId, out var policy))
            return new MetadataError("scope", "must be names of printable ASCII without quotes and backslashes, separated by spaces");
        var unknown = policy.Resources.FirstOrDefault(identifier => known.All(r => r.Identifier != identifier));
        var meaning = ScopeSet.Identity.Union(ScopeSet.Of(known.SelectMany(r => r.ScopeNames)));
        var meaningless = policy.Scope.Except(meaning).FirstOrDefault();
        var error =
            // 1. A name that can be shown.
            Refuse(!PlainText.IsPlain(policy.Name, ClientMetadataRules.LongestName), "name", $"must be plain text of at most {ClientMetadataRules.LongestName} characters")
            // 2. Resources that exist, and scopes that mean something (RFC 8707 §2, RFC 6749 §3.3).
            ?? Refuse(policy.Resources.Count > ClientMetadataRules.MostResources, "resources", $"must name at most {ClientMetadataRules.MostResources} resources")
            ?? Refuse(unknown is not null, "resources", $"{ClientMetadataRules.Quoted(unknown)} is not a resource here; `idp resources create` makes one")
            ?? Refuse(meaningless is not null, "scope", $"{ClientMetadataRules.Quoted(meaningless)} is neither a scope of OpenID Connect nor of one of the policy's resources")
            // 3. Grant types that exist here.
            ?? Refuse(policy.GrantTypes.Count == 0 || policy.GrantTypes.Any(g => !GrantTypes.All.Contains(g, StringComparer.Ordinal)), "grant_types", $"can be {string.Join(", ", GrantTypes.All)}")
            // 4. Hosts by name.
            ?? Refuse(policy.RedirectHosts.Count > MostRedirectHosts || !policy.RedirectHosts.All(HostPattern.IsPattern), "redirect_hosts", NotAHost)
            // 5. Statements of an issuer whose keys can be found (RFC 7591 §2.3).
            ?? RefuseStatements(policy)
            // 6. A quota, and an end that is still to come.
            ?? Refuse(policy.MaxClients is < 1 or > MostClients, "max_clients", $"must be 1 to {MostClients}")
            ?? Refuse(expiresAt <= now, "expires_at", "must be in the future");
        return error is not null ? error : new Validated<RegistrationPolicy>.Valid(policy with { CreatedAt = now, ExpiresAt = expiresAt });
    }

    /// <summary>The policy of metadata that was decided on before; null where this version can't read it.</summary>
    public static RegistrationPolicy? Restore(RegistrationPolicyMetadata stored, Guid policyId) => TryRead(stored, policyId, out var policy) ? policy : null;

    private static bool TryRead(RegistrationPolicyMetadata metadata, Guid policyId, out RegistrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        policy = new() { PolicyId = policyId, Name = metadata.Name ?? policyId.ToString("N") };
        policy = policy with
        {
            Resources = metadata.Resources ?? policy.Resources,
            GrantTypes = metadata.GrantTypes ?? policy.GrantTypes,
            RedirectHosts = metadata.RedirectHosts ?? policy.RedirectHosts,
            RequireSoftwareStatement = metadata.RequireSoftwareStatement ?? policy.RequireSoftwareStatement,
            SoftwareStatementIssuer = metadata.SoftwareStatementIssuer,
            SoftwareStatementJwksUri = metadata.SoftwareStatementJwksUri,
            RequirePkce = metadata.RequirePkce ?? policy.RequirePkce,
            MaxClients = metadata.MaxClients ?? policy.MaxClients,
        };
        if (metadata.Scope is null)
            return true;
        var isReadable = ScopeSet.TryParse(metadata.Scope, out var scope);
        policy = policy with { Scope = scope };
        return isReadable;
    }

    private static MetadataError? RefuseStatements(RegistrationPolicy policy)
    {
        var (issuer, jwksUri) = (policy.SoftwareStatementIssuer, policy.SoftwareStatementJwksUri);
        return Refuse(issuer is null != jwksUri is null, "software_statement_issuer", "needs software_statement_jwks_uri, and the other way round")
            ?? Refuse(issuer is null && policy.RequireSoftwareStatement, "require_software_statement", "needs software_statement_issuer")
            ?? Refuse(issuer is not null && !PlainText.IsPlain(issuer, ClientMetadataRules.LongestName), "software_statement_issuer", $"must be plain text of at most {ClientMetadataRules.LongestName} characters")
            ?? Refuse(jwksUri is not null && !WebUris.IsSecure(jwksUri), "software_statement_jwks_uri", "must be an https URL (http on loopback)");
    }

    private static MetadataError? Refuse(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
