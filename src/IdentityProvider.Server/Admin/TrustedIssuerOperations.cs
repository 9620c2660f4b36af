using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Issuers whose assertions are believed (RFC 7523 §2.1): whoever may name one may be anybody, so that it is for those who may change everything.</summary>
internal sealed class TrustedIssuerOperations(TrustedIssuers issuers, Desk desk)
{
    private static readonly Fault ForAdmins = Fault.Forbidden("issuer", "can say that anybody is anybody, which is a matter for those who may change everything");

    public async Task<Operated<TrustedIssuer>> FindAsync(string name, CancellationToken cancellation) =>
        await issuers.FindAsync(name, cancellation) is { } trusted ? trusted : Unknown(name);

    /// <summary>One page, by name.</summary>
    public Task<IReadOnlyList<TrustedIssuer>> ListAsync(string? after, int limit, CancellationToken cancellation) => issuers.ListAsync(after, limit, cancellation);

    public async Task<Operated<TrustedIssuer>> CreateAsync(Actor actor, TrustedIssuerMetadata metadata, CancellationToken cancellation)
    {
        if (!actor.Authority.IsFull)
            return ForAdmins;
        var decided = TrustedIssuerRules.Decide(metadata, desk.Settings.Issuer);
        if (decided is not Validated<TrustedIssuer>.Valid { Value: var trusted })
            return Fault.Refused(((Validated<TrustedIssuer>.Invalid)decided).Error);
        if (!await issuers.AddAsync(trusted, cancellation))
            return Fault.Conflict("issuer", $"'{trusted.Issuer}' is taken");
        await desk.RecordAsync(AuditAction.TrustedIssuerCreated, actor, AuditTarget.TrustedIssuer(trusted.Issuer), after: Document(trusted));
        return trusted;
    }

    /// <summary>Trusts an issuer no more. Tokens that were got by its assertions live until they expire.</summary>
    public async Task<Operated<string>> DeleteAsync(Actor actor, string name, CancellationToken cancellation)
    {
        if (!actor.Authority.IsFull)
            return ForAdmins;
        var standing = await issuers.FindAsync(name, cancellation);
        if (!await issuers.DeleteAsync(name, cancellation))
            return Unknown(name);
        await desk.RecordAsync(AuditAction.TrustedIssuerDeleted, actor, AuditTarget.TrustedIssuer(name), before: standing is null ? null : Document(standing));
        return name;
    }

    public static JsonObject Document(TrustedIssuer issuer) =>
        JsonSerializer.SerializeToNode(TrustedIssuerMetadata.Of(issuer), TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata)!.AsObject();

    private static Fault Unknown(string name) => Fault.Unknown("issuer", name, "a trusted issuer");
}
