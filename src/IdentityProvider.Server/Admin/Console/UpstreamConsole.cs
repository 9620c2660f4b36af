using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/upstreams</c>: other OpenID Providers by which people sign in. Their secrets go in and never come out.</summary>
internal static class UpstreamConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/upstreams", AdminArea.Upstreams, ListAsync),
        ConsoleRoute.Ask("/upstreams/-/new", AdminArea.Upstreams, request => AskAsync(request, null, null)),
        ConsoleRoute.Form("/upstreams/-/new", AdminArea.Upstreams, CreateAsync),
        ConsoleRoute.Page("/upstreams/{name}", AdminArea.Upstreams, request => OfUpstreamAsync(request, stored => ShowAsync(request, stored))),
        ConsoleRoute.Ask("/upstreams/{name}/edit", AdminArea.Upstreams, request => OfUpstreamAsync(request, standing => AskAsync(request, standing, null))),
        ConsoleRoute.Form("/upstreams/{name}/edit", AdminArea.Upstreams, request => OfUpstreamAsync(request, standing => ChangeAsync(request, standing))),
        ConsoleRoute.Ask("/upstreams/{name}/delete", AdminArea.Upstreams, request => OfUpstreamAsync(request, async stored => await (await DeletionAsync(request, stored)).AskAsync(request))),
        ConsoleRoute.Form("/upstreams/{name}/delete", AdminArea.Upstreams, request => OfUpstreamAsync(request, async stored => await (await DeletionAsync(request, stored)).AnswerAsync(
            request, () => request.Get<UpstreamOperations>().DeleteAsync(request.Actor, stored.Provider.Name, request.Cancellation), "/upstreams", name => $"Nobody signs in by {name} any more."))),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var list = await request.PageAsync((after, limit) => request.Get<UpstreamOperations>().ListAsync(after, limit, request.Cancellation), upstream => upstream.Name);
        await request.ShowAsync<UpstreamsPage>(new UpstreamsPage.UpstreamsModel(list));
    }

    private static Task ShowAsync(ConsoleRequest request, StoredUpstream stored) =>
        request.ShowAsync<UpstreamPage>(new UpstreamPage.UpstreamModel(stored.Provider, request.Get<UpstreamOperations>().Document(stored.Provider), stored.SealedSecret is not null));

    private static Task AskAsync(ConsoleRequest request, StoredUpstream? standing, Fault? fault) => request.ShowAsync<EditUpstreamPage>(
        new EditUpstreamPage.EditUpstreamModel(standing?.Provider, standing?.SealedSecret is not null, standing is null ? null : request.Get<UpstreamOperations>().VersionOf(standing)), fault);

    private static async Task CreateAsync(ConsoleRequest request)
    {
        if (!Read(request, new UpstreamMetadata { Name = request["name"], Issuer = request["issuer"] }).Try(out var metadata, out var fault)
            || !(await request.Get<UpstreamOperations>().CreateAsync(request.Actor, metadata, request.Cancellation)).Try(out var made, out fault))
            await AskAsync(request, null, fault);
        else
            await request.DoneAsync(PathOf(made), "People can sign in by it as soon as these addresses are registered there.");
    }

    private static async Task ChangeAsync(ConsoleRequest request, StoredUpstream standing)
    {
        if (await request.RefuseVersionAsync(request.Get<UpstreamOperations>().VersionOf(standing), "upstream", AuditTarget.Upstream(standing.Provider.Name)) is { } late)
            await AskAsync(request, standing, late);
        else if (!Read(request, new UpstreamMetadata()).Try(out var metadata, out var fault)
            || !(await request.Get<UpstreamOperations>().ReplaceAsync(request.Actor, standing, metadata, request.Cancellation)).Try(out _, out fault))
            await AskAsync(request, standing, fault);
        else
            await request.DoneAsync(PathOf(standing), "It is changed, from the next sign-in on.");
    }

    private static async Task<Confirmation> DeletionAsync(ConsoleRequest request, StoredUpstream stored) => new(
        $"Delete {stored.Provider.Label}",
        "Nobody signs in by it any more. Who is signed in stays so. Links to it stay, and are of use again where its issuer comes back.",
        await request.Get<Dependents>().OfIssuerAsync(stored.Provider.Issuer, request.Cancellation),
        PathOf(stored) + "/delete",
        "Delete",
        PathOf(stored))
    {
        Typed = stored.Provider.Name,
    };

    // A claim is a line: ours=theirs. What the form has is all that the upstream has, but for a secret that isn't written again.
    private static Operated<UpstreamMetadata> Read(ConsoleRequest request, UpstreamMetadata named)
    {
        var claims = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in ClientForms.Lines(request["claims"]))
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } ours, { Length: > 0 } theirs] || !claims.TryAdd(ours, theirs))
                return Fault.Refused("claims", "must be lines of ours=theirs, and ours comes once");
        }

        return named with
        {
            ClientId = request["client_id"],
            ClientSecret = request["client_secret"],
            TokenEndpointAuthMethod = request["token_endpoint_auth_method"],
            Scope = request["scope"],
            Label = request["label"],
            Logo = request["logo"],
            Claims = claims,
            Create = request["create"],
            EmailDomains = ClientForms.Lines(request["email_domains"]),
            Roles = ClientForms.Lines(request["roles"]),
            TrustedAcr = ClientForms.Lines(request["trusted_acr"]),
            TrustedAmr = ClientForms.Lines(request["trusted_amr"]),
            Logout = request["logout"],
            Enabled = request["enabled"] == "true",
        };
    }

    private static string PathOf(StoredUpstream stored) => ConsolePaths.Of("upstreams", stored.Provider.Name);

    private static Task OfUpstreamAsync(ConsoleRequest request, Func<StoredUpstream, Task> work) =>
        request.WithAsync(request.Get<UpstreamOperations>().FindAsync(request.Named("name"), request.Cancellation), work);
}
