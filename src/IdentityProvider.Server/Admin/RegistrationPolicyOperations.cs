using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What clients that register themselves may have. Administration is nothing that they may: it is not among the resources known here.</summary>
internal sealed class RegistrationPolicyOperations(RegistrationPolicies policies, Storage.Resources resources, Desk desk)
{
    public const string WithToken = "token";
    public const string WithoutToken = "open";
    public const string Documents = "documents";

    /// <summary>Of a list.</summary>
    public const int Most = 1000;

    /// <summary>The newest first.</summary>
    public Task<IReadOnlyList<RegistrationPolicy>> ListAsync(CancellationToken cancellation) => policies.ListAsync(Most, cancellation);

    public async Task<Operated<RegistrationPolicy>> FindAsync(string named, CancellationToken cancellation) =>
        Guid.TryParse(named, out var policyId) && await policies.FindAsync(policyId, cancellation) is { } policy ? policy : Unknown(named);

    /// <summary>Makes a policy with an initial access token, told here and never again; or sets one of the two that need none.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="kind"><c>token</c>, <c>open</c> or <c>documents</c>.</param>
    /// <param name="metadata">What clients may have.</param>
    /// <param name="lasts">How long clients can be registered by it; null for ever.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<MadePolicy>> CreateAsync(Actor actor, string kind, RegistrationPolicyMetadata metadata, TimeSpan? lasts, CancellationToken cancellation)
    {
        var fallback = kind switch { WithoutToken => RegistrationPolicy.Open, Documents => RegistrationPolicy.Documents, _ => null };
        if (fallback is null && kind != WithToken)
            return Fault.Refused("for", $"must be {WithToken}, {WithoutToken} or {Documents}");
        metadata = metadata with { Name = metadata.Name ?? fallback?.Name, MaxClients = metadata.MaxClients ?? fallback?.MaxClients };
        var known = new List<Resource>();
        foreach (var identifier in metadata.Resources ?? [])
        {
            if (!BuiltInResources.IsIdentifier(identifier, desk.Settings.Issuer) && await resources.FindAsync(identifier, cancellation) is { } resource)
                known.Add(resource);
        }

        var now = desk.Now;
        var decided = RegistrationPolicyRules.Decide(metadata, fallback?.PolicyId ?? desk.Entropy.NewId(), known, now, now + lasts);
        if (decided is not Validated<RegistrationPolicy>.Valid { Value: var policy })
            return Fault.Refused(((Validated<RegistrationPolicy>.Invalid)decided).Error);
        var token = fallback is null ? desk.Entropy.Token() : null;
        if (token is null)
            await policies.PutAsync(policy, cancellation);
        else
            await policies.AddAsync(policy, SecretHash.Of(token), cancellation);
        await desk.RecordAsync(AuditAction.RegistrationPolicyCreated, actor, AuditTarget.RegistrationPolicy(policy.PolicyId), after: Document(policy));
        return new MadePolicy(policy, token);
    }

    /// <summary>Nothing more can be registered by it. The clients that are stay.</summary>
    public async Task<Operated<string>> RevokeAsync(Actor actor, string named, CancellationToken cancellation)
    {
        if (!Guid.TryParse(named, out var policyId) || !await policies.RevokeAsync(policyId, desk.Now, cancellation))
            return Unknown(named);
        await desk.RecordAsync(AuditAction.RegistrationPolicyDeleted, actor, AuditTarget.RegistrationPolicy(policyId));
        return named;
    }

    public static JsonObject Document(RegistrationPolicy policy)
    {
        var document = JsonSerializer.SerializeToNode(RegistrationPolicyMetadata.Of(policy), RegistrationPolicyJson.Default.RegistrationPolicyMetadata)!.AsObject();
        document.Insert(0, "policy_id", policy.PolicyId.ToString("D"));
        document["for"] = policy.PolicyId == RegistrationPolicy.OpenId ? WithoutToken : policy.PolicyId == RegistrationPolicy.DocumentsId ? Documents : WithToken;
        document["clients"] = policy.ClientCount;
        document["created_at"] = Moments.Text(policy.CreatedAt);
        document["expires_at"] = Moments.TextOrNull(policy.ExpiresAt);
        document["revoked_at"] = Moments.TextOrNull(policy.RevokedAt);
        return document;
    }

    private static Fault Unknown(string named) => Fault.Unknown("policy_id", named, "a policy that stands");
}

/// <summary>A policy as it now stands.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Token">Its initial access token (RFC 7591 §3); null where it needs none.</param>
internal sealed record MadePolicy(RegistrationPolicy Policy, string? Token);
