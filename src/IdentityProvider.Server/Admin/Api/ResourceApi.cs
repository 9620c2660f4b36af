using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/resources</c>, the APIs that tokens are for, and <c>/scopes</c>, all that they define.</summary>
internal static class ResourceApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.List("/resources", "listResources", AdminArea.Resources, "The APIs that are registered, by identifier.", ListAsync, typeof(Page<ResourceMetadata>)),
        AdminRoute.Make("/resources", "createResource", AdminArea.Resources, "Registers an API.", CreateAsync, typeof(ResourceMetadata), typeof(ResourceMetadata)),
        AdminRoute.Get("/resources/{identifier}", "getResource", AdminArea.Resources, "An API.", GetAsync, typeof(ResourceMetadata)),
        AdminRoute.Put("/resources/{identifier}", "replaceResource", AdminArea.Resources, "Replaces an API. Tokens that were issued stay as they are.", ReplaceAsync, typeof(ResourceMetadata), typeof(ResourceMetadata)),
        AdminRoute.Delete("/resources/{identifier}", "deleteResource", AdminArea.Resources, "Removes an API. Clients that name it get no more tokens for it.", DeleteAsync),
        AdminRoute.List("/scopes", "listScopes", AdminArea.Scopes, "The scopes that APIs define, API by API; a page has all scopes of as many APIs as its limit.", ListScopesAsync, typeof(Page<ScopeDocument>)),
    ];

    private static Task<AdminAnswer> ListAsync(AdminRequest request) => request.PageAsync(
        (after, limit) => request.Get<ResourceOperations>().ListAsync(after, limit, request.Cancellation), ResourceOperations.Document, resource => resource.Identifier);

    private static async Task<AdminAnswer> ListScopesAsync(AdminRequest request)
    {
        var page = await request.PageAsync(
            (after, limit) => request.Get<ResourceOperations>().ListAsync(after, limit, request.Cancellation),
            resource => new JsonArray([.. resource.Scopes.Select(scope =>
                JsonSerializer.SerializeToNode(new ScopeDocument(scope.Name, resource.Identifier, scope.Description), AdminApiJson.Default.ScopeDocument))]),
            resource => resource.Identifier);
        if (page.Body is not { } body)
            return page;
        body["items"] = new JsonArray([.. body["items"]!.AsArray().SelectMany(scopes => scopes!.AsArray()).Select(scope => scope!.DeepClone())]);
        return page;
    }

    private static Task<AdminAnswer> CreateAsync(AdminRequest request) => request.WithBodyAsync(
        ResourceMetadataJson.Default.ResourceMetadata,
        metadata => request.Get<ResourceOperations>().CreateAsync(request.Actor, metadata, request.Cancellation),
        made => AdminAnswer.Made(ResourceOperations.Document(made), $"/resources/{Uri.EscapeDataString(made.Identifier)}", TagOf(made)));

    private static Task<AdminAnswer> GetAsync(AdminRequest request) =>
        AdminAnswer.OfAsync(FindAsync(request), found => AdminAnswer.Of(ResourceOperations.Document(found), TagOf(found)));

    private static async Task<AdminAnswer> ReplaceAsync(AdminRequest request)
    {
        if (!(await FindAsync(request)).Try(out var standing, out var fault))
            return fault;
        if (request.RefuseVersion(TagOf(standing), "resource") is { } old)
            return old;
        if (!request.Read(ResourceMetadataJson.Default.ResourceMetadata).Try(out var metadata, out fault))
            return fault;
        return (await request.Get<ResourceOperations>().ReplaceAsync(request.Actor, standing, metadata, request.Cancellation)).Try(out var changed, out fault)
            ? AdminAnswer.Of(ResourceOperations.Document(changed), TagOf(changed))
            : fault;
    }

    private static Task<AdminAnswer> DeleteAsync(AdminRequest request) =>
        AdminAnswer.DoneAsync(request.Get<ResourceOperations>().DeleteAsync(request.Actor, request.Named("identifier"), request.Cancellation));

    private static Task<Operated<Resource>> FindAsync(AdminRequest request) => request.Get<ResourceOperations>().FindAsync(request.Named("identifier"), request.Cancellation);

    private static string TagOf(Resource resource) => ResourceOperations.VersionOf(resource);
}
