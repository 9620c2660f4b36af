using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Other OpenID Providers by which people sign in.</summary>
internal sealed class UpstreamOperations(Upstreams upstreams, UpstreamCredentials credentials, RoleOperations roles, Desk desk)
{
    public async Task<Operated<StoredUpstream>> FindAsync(string name, CancellationToken cancellation) =>
        await upstreams.FindAsync(name, cancellation) is { } stored ? stored : Unknown(name);

    /// <summary>One page, by name.</summary>
    public Task<IReadOnlyList<UpstreamProvider>> ListAsync(string? after, int limit, CancellationToken cancellation) => upstreams.ListAsync(after, limit, cancellation);

    public async Task<Operated<StoredUpstream>> CreateAsync(Actor actor, UpstreamMetadata metadata, CancellationToken cancellation)
    {
        if (!(await DecideAsync(actor, metadata, hasSecret: false)).Try(out var upstream, out var fault))
            return fault;
        var stored = new StoredUpstream(upstream, metadata.ClientSecret is { } secret ? credentials.Seal(upstream.Name, secret) : null);
        if (!await upstreams.AddAsync(stored, cancellation))
            return Fault.Conflict("name", $"'{upstream.Name}' or the issuer '{upstream.Issuer}' is taken");
        await desk.RecordAsync(AuditAction.UpstreamCreated, actor, AuditTarget.Upstream(upstream.Name), after: Written(upstream));
        return stored;
    }

    /// <summary>Replaces it, all but its name and issuer, where nobody changed it since it was read. A secret that isn't written again stays.</summary>
    public async Task<Operated<StoredUpstream>> ReplaceAsync(Actor actor, StoredUpstream standing, UpstreamMetadata metadata, CancellationToken cancellation)
    {
        var written = metadata with { Name = metadata.Name ?? standing.Provider.Name, Issuer = metadata.Issuer ?? standing.Provider.Issuer };
        if (written.Name != standing.Provider.Name || written.Issuer != standing.Provider.Issuer)
            return Fault.Refused(written.Name != standing.Provider.Name ? "name" : "issuer", "can't be changed");
        if (!(await DecideAsync(actor, written, standing.SealedSecret is not null)).Try(out var upstream, out var fault))
            return fault;
        var stored = new StoredUpstream(
            upstream, metadata.ClientSecret is { } secret ? credentials.Seal(upstream.Name, secret) : upstream.NeedsSecret ? standing.SealedSecret : null);
        if (Fault.Of(await upstreams.ReplaceAsync(stored, standing, cancellation), Unknown(upstream.Name), "upstream") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.UpstreamChanged, actor, AuditTarget.Upstream(upstream.Name), Written(standing.Provider), Written(upstream));
        return stored;
    }

    /// <summary>Lets nobody sign in by it any more. Links to it stay.</summary>
    public async Task<Operated<string>> DeleteAsync(Actor actor, string name, CancellationToken cancellation)
    {
        if (!await upstreams.DeleteAsync(name, cancellation))
            return Unknown(name);
        await desk.RecordAsync(AuditAction.UpstreamDeleted, actor, AuditTarget.Upstream(name));
        return name;
    }

    /// <summary>It, with what to register there.</summary>
    public JsonObject Document(UpstreamProvider upstream)
    {
        var document = Written(upstream);
        var settings = desk.Settings;
        document["redirect_uri"] = UpstreamPaths.RedirectUri(settings, upstream);
        document["post_logout_redirect_uri"] = UpstreamPaths.PostLogoutRedirectUri(settings, upstream);
        document["backchannel_logout_uri"] = UpstreamPaths.BackchannelLogoutUri(settings, upstream);
        if (upstream.TokenEndpointAuthMethod == ClientAuthenticationMethod.PrivateKeyJwt)
            document["jwks_uri"] = settings.Issuer + "/.well-known/jwks.json";
        return document;
    }

    /// <summary>Of the upstream as it stands: whoever replaces it says which they saw. Another secret is another version, though it isn't shown.</summary>
    public string VersionOf(StoredUpstream upstream)
    {
        var document = Document(upstream.Provider);
        document["client_secret"] = Convert.ToBase64String(upstream.SealedSecret ?? []);
        return EntityTag.Of(document);
    }

    // With its roles made where there are none: they are given to whoever comes by it.
    private async Task<Operated<UpstreamProvider>> DecideAsync(Actor actor, UpstreamMetadata metadata, bool hasSecret)
    {
        var decided = UpstreamRules.Decide(metadata, desk.Settings.Issuer, hasSecret);
        if (decided is not Validated<UpstreamProvider>.Valid { Value: var upstream })
            return Fault.Refused(((Validated<UpstreamProvider>.Invalid)decided).Error);
        foreach (var role in upstream.Roles)
        {
            if (await roles.MakeAsync(actor, role) is { } fault)
                return fault with { Member = "roles" };
        }

        return upstream;
    }

    private static JsonObject Written(UpstreamProvider upstream) =>
        JsonSerializer.SerializeToNode(UpstreamMetadata.Of(upstream), UpstreamMetadataJson.Default.UpstreamMetadata)!.AsObject();

    private static Fault Unknown(string name) => Fault.Unknown("name", name, "an upstream");
}
