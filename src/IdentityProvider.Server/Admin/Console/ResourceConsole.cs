using System.Globalization;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/resources</c>: the APIs that tokens are for.</summary>
internal static class ResourceConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/resources", AdminArea.Resources, ListAsync),
        ConsoleRoute.Ask("/resources/-/new", AdminArea.Resources, request => AskAsync(request, null, null)),
        ConsoleRoute.Form("/resources/-/new", AdminArea.Resources, CreateAsync),
        ConsoleRoute.Page("/resources/{identifier}", AdminArea.Resources, request => OfResourceAsync(request, resource => ShowAsync(request, resource))),
        ConsoleRoute.Ask("/resources/{identifier}/edit", AdminArea.Resources, request => OfResourceAsync(request, standing => AskAsync(request, standing, null))),
        ConsoleRoute.Form("/resources/{identifier}/edit", AdminArea.Resources, request => OfResourceAsync(request, standing => ChangeAsync(request, standing))),
        ConsoleRoute.Ask("/resources/{identifier}/delete", AdminArea.Resources, request => OfDeletionAsync(request, confirmation => confirmation.AskAsync(request))),
        ConsoleRoute.Form("/resources/{identifier}/delete", AdminArea.Resources, DeleteAsync),
    ];

    /// <summary>Where one API stands, below <c>/admin</c>.</summary>
    public static string PathOf(string identifier) => ConsolePaths.Of("resources", identifier);

    private static async Task ListAsync(ConsoleRequest request)
    {
        var list = await request.PageAsync((after, limit) => request.Get<ResourceOperations>().ListAsync(after, limit, request.Cancellation), resource => resource.Identifier);
        await request.ShowAsync<ResourcesPage>(new ResourcesPage.ResourcesModel(list));
    }

    private static Task ShowAsync(ConsoleRequest request, Resource resource) =>
        request.ShowAsync<ResourcePage>(new ResourcePage.ResourceModel(resource, BuiltInResources.IsIdentifier(resource.Identifier, request.Get<Settings>().Issuer)));

    private static Task AskAsync(ConsoleRequest request, Resource? standing, Fault? fault) => request.ShowAsync<EditResourcePage>(
        new EditResourcePage.EditModel(standing is null ? null : ResourceMetadata.Of(standing), standing is null ? null : ResourceOperations.VersionOf(standing)), fault);

    private static async Task CreateAsync(ConsoleRequest request)
    {
        if (!Read(request, new ResourceMetadata { Identifier = request["identifier"] }).Try(out var metadata, out var fault)
            || !(await request.Get<ResourceOperations>().CreateAsync(request.Actor, metadata, request.Cancellation)).Try(out var made, out fault))
            await AskAsync(request, null, fault);
        else
            await request.DoneAsync(PathOf(made.Identifier), "The API is registered.");
    }

    private static async Task ChangeAsync(ConsoleRequest request, Resource standing)
    {
        if (await request.RefuseVersionAsync(ResourceOperations.VersionOf(standing), "resource", AuditTarget.Resource(standing.Identifier)) is { } late)
            await AskAsync(request, standing, late);
        else if (!Read(request, ResourceMetadata.Of(standing)).Try(out var metadata, out var fault)
            || !(await request.Get<ResourceOperations>().ReplaceAsync(request.Actor, standing, metadata, request.Cancellation)).Try(out _, out fault))
            await AskAsync(request, standing, fault);
        else
            await request.DoneAsync(PathOf(standing.Identifier), "It is changed. Tokens that were issued stay as they are.");
    }

    private static Task DeleteAsync(ConsoleRequest request) => OfDeletionAsync(request, confirmation => confirmation.AnswerAsync(
        request, () => request.Get<ResourceOperations>().DeleteAsync(request.Actor, confirmation.Typed!, request.Cancellation), "/resources", _ => $"{confirmation.Typed} is deleted."));

    private static Task OfDeletionAsync(ConsoleRequest request, Func<Confirmation, Task> work) => OfResourceAsync(request, async resource =>
        await work(new Confirmation(
            $"Delete {resource.Name}",
            "The API goes for good. Clients that name it get no more tokens for it.",
            await request.Get<Dependents>().OfResourceAsync(resource.Identifier, request.Now, request.Cancellation),
            PathOf(resource.Identifier) + "/delete",
            "Delete",
            PathOf(resource.Identifier))
        {
            Typed = resource.Identifier,
        }));

    // A scope is a line: its name, and after a space what people are told of it.
    private static Operated<ResourceMetadata> Read(ConsoleRequest request, ResourceMetadata standing)
    {
        if (!int.TryParse(request["access_token_lifetime"], NumberStyles.None, CultureInfo.InvariantCulture, out var lifetime))
            return Fault.Refused("access_token_lifetime", "must be a number of seconds");
        return standing with
        {
            Name = request["name"],
            Scopes = [.. ClientForms.Lines(request["scopes"]).Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries)).Select(parts => new ResourceScopeMetadata(parts[0], parts.Length > 1 ? parts[1] : null))],
            Revocation = request["revocation"],
            AccessTokenLifetime = lifetime,
            SigningAlg = request["signing_alg"],
        };
    }

    private static Task OfResourceAsync(ConsoleRequest request, Func<Resource, Task> work) =>
        request.WithAsync(request.Get<ResourceOperations>().FindAsync(request.Named("identifier"), request.Cancellation), work);
}
