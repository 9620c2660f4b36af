using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>Clients that register themselves, and OpenID Providers by which people sign in.</summary>
internal static class FederationApi
{
    private const int LongestPolicy = 365 * 24 * 3600;

    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Get("/registration-policies", "listRegistrationPolicies", AdminArea.Registration, "What clients that register themselves may have, the newest first.", ListPoliciesAsync, typeof(Page<PolicyDocument>)),
        AdminRoute.Make("/registration-policies", "createRegistrationPolicy", AdminArea.Registration, "Lets clients register themselves, within bounds. An initial access token is told here and never again.", CreatePolicyAsync, typeof(PolicyBody), typeof(PolicyDocument)),
        AdminRoute.Get("/registration-policies/{policy_id}", "getRegistrationPolicy", AdminArea.Registration, "A policy.", GetPolicyAsync, typeof(PolicyDocument)),
        AdminRoute.Delete("/registration-policies/{policy_id}", "revokeRegistrationPolicy", AdminArea.Registration, "Nothing more can be registered by it. The clients that are stay.", RevokePolicyAsync),
        AdminRoute.List("/upstreams", "listUpstreams", AdminArea.Upstreams, "The OpenID Providers by which people sign in, by name.", ListUpstreamsAsync, typeof(Page<UpstreamMetadata>)),
        AdminRoute.Make("/upstreams", "createUpstream", AdminArea.Upstreams, "Lets people sign in by an OpenID Provider.", CreateUpstreamAsync, typeof(UpstreamMetadata), typeof(UpstreamMetadata)),
        AdminRoute.Get("/upstreams/{name}", "getUpstream", AdminArea.Upstreams, "An upstream, and what to register there.", GetUpstreamAsync, typeof(UpstreamMetadata)),
        AdminRoute.Put("/upstreams/{name}", "replaceUpstream", AdminArea.Upstreams, "Replaces an upstream. A secret that isn't written again stays.", ReplaceUpstreamAsync, typeof(UpstreamMetadata), typeof(UpstreamMetadata)),
        AdminRoute.Delete("/upstreams/{name}", "deleteUpstream", AdminArea.Upstreams, "Lets nobody sign in by it any more.", DeleteUpstreamAsync),
    ];

    private static async Task<AdminAnswer> ListPoliciesAsync(AdminRequest request)
    {
        var policies = await request.Get<RegistrationPolicyOperations>().ListAsync(request.Cancellation);
        return AdminAnswer.Of(new JsonObject { ["items"] = new JsonArray([.. policies.Select(RegistrationPolicyOperations.Document)]) });
    }

    private static async Task<AdminAnswer> CreatePolicyAsync(AdminRequest request)
    {
        if (!request.Read(AdminApiJson.Default.PolicyBody).Try(out var asked, out var fault))
            return fault;
        if (asked.ExpiresIn is < 1 or > LongestPolicy)
            return Fault.Refused("expires_in", $"must be 1 to {LongestPolicy} seconds");
        TimeSpan? lasts = asked.ExpiresIn is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var kind = asked.For ?? RegistrationPolicyOperations.WithToken;
        if (!(await request.Get<RegistrationPolicyOperations>().CreateAsync(request.Actor, kind, asked, lasts, request.Cancellation)).Try(out var made, out fault))
            return fault;
        var document = RegistrationPolicyOperations.Document(made.Policy);
        if (made.Token is not null)
            document["initial_access_token"] = made.Token;
        return AdminAnswer.Made(document, $"/registration-policies/{made.Policy.PolicyId:D}");
    }

    private static Task<AdminAnswer> GetPolicyAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(request.Get<RegistrationPolicyOperations>().FindAsync(request.Named("policy_id"), request.Cancellation), policy => AdminAnswer.Of(RegistrationPolicyOperations.Document(policy)));

    private static Task<AdminAnswer> RevokePolicyAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<RegistrationPolicyOperations>().RevokeAsync(request.Actor, request.Named("policy_id"), request.Cancellation));

    private static Task<AdminAnswer> ListUpstreamsAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<UpstreamOperations>().ListAsync(after, limit, request.Cancellation), request.Get<UpstreamOperations>().Document, upstream => upstream.Name);

    private static Task<AdminAnswer> CreateUpstreamAsync(AdminRequest request) => request.WithBodyAsync(
        UpstreamMetadataJson.Default.UpstreamMetadata,
        metadata => request.Get<UpstreamOperations>().CreateAsync(request.Actor, metadata, request.Cancellation),
        made => AdminAnswer.Made(Document(request, made), $"/upstreams/{Uri.EscapeDataString(made.Provider.Name)}", TagOf(request, made)));

    private static Task<AdminAnswer> GetUpstreamAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(FindUpstreamAsync(request), found => AdminAnswer.Of(Document(request, found), TagOf(request, found)));

    private static async Task<AdminAnswer> ReplaceUpstreamAsync(AdminRequest request)
    {
        if (!(await FindUpstreamAsync(request)).Try(out var standing, out var fault))
            return fault;
        if (request.RefuseVersion(TagOf(request, standing), "upstream") is { } old)
            return old;
        if (!request.Read(UpstreamMetadataJson.Default.UpstreamMetadata).Try(out var metadata, out fault))
            return fault;
        return (await request.Get<UpstreamOperations>().ReplaceAsync(request.Actor, standing, metadata, request.Cancellation)).Try(out var changed, out fault)
            ? AdminAnswer.Of(Document(request, changed), TagOf(request, changed))
            : fault;
    }

    private static Task<AdminAnswer> DeleteUpstreamAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<UpstreamOperations>().DeleteAsync(request.Actor, request.Named("name"), request.Cancellation));

    private static Task<Operated<StoredUpstream>> FindUpstreamAsync(AdminRequest request) =>
        request.Get<UpstreamOperations>().FindAsync(request.Named("name"), request.Cancellation);

    private static JsonObject Document(AdminRequest request, StoredUpstream upstream) => request.Get<UpstreamOperations>().Document(upstream.Provider);

    private static string TagOf(AdminRequest request, StoredUpstream upstream) => request.Get<UpstreamOperations>().VersionOf(upstream);
}
