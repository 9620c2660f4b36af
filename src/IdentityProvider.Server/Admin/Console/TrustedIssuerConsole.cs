using System.Text.Json;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>
/// <c>/admin/issuers</c>: those whose assertions are good for tokens here. Whoever may name one may be anybody: only an admin may, who has proven just now who they are.
/// </summary>
internal static class TrustedIssuerConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/issuers", AdminArea.Upstreams, ListAsync),
        ConsoleRoute.Ask("/issuers/-/new", AdminArea.Upstreams, request => AskAsync(request, null)) with { NeedsFull = true, NeedsStepUp = true },
        ConsoleRoute.Form("/issuers/-/new", AdminArea.Upstreams, CreateAsync) with { NeedsFull = true, NeedsStepUp = true },
        ConsoleRoute.Page("/issuers/{issuer}", AdminArea.Upstreams, request => OfIssuerAsync(request, trusted => request.ShowAsync<TrustedIssuerPage>(trusted))),
        ConsoleRoute.Ask("/issuers/{issuer}/delete", AdminArea.Upstreams, request => OfIssuerAsync(request, async trusted => await (await DeletionAsync(request, trusted)).AskAsync(request))) with { NeedsFull = true },
        ConsoleRoute.Form("/issuers/{issuer}/delete", AdminArea.Upstreams, request => OfIssuerAsync(request, async trusted => await (await DeletionAsync(request, trusted)).AnswerAsync(
            request, () => request.Get<TrustedIssuerOperations>().DeleteAsync(request.Actor, trusted.Issuer, request.Cancellation), "/issuers", name => $"{name} is trusted no more."))) with { NeedsFull = true },
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var list = await request.PageAsync((after, limit) => request.Get<TrustedIssuerOperations>().ListAsync(after, limit, request.Cancellation), trusted => trusted.Issuer);
        await request.ShowAsync<TrustedIssuersPage>(new TrustedIssuersPage.TrustedIssuersModel(list));
    }

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<NewTrustedIssuerPage>(new object(), fault);

    private static async Task CreateAsync(ConsoleRequest request)
    {
        if (!Read(request).Try(out var metadata, out var fault)
            || !(await request.Get<TrustedIssuerOperations>().CreateAsync(request.Actor, metadata, request.Cancellation)).Try(out var made, out fault))
            await AskAsync(request, fault);
        else
            await request.DoneAsync(ConsolePaths.Of("issuers", made.Issuer), "Its assertions are good for tokens from now on.");
    }

    private static Operated<TrustedIssuerMetadata> Read(ConsoleRequest request)
    {
        if (!ConsoleJson.Read(request, "jwks").Try(out var jwks, out var fault))
            return fault;
        return new TrustedIssuerMetadata
        {
            Issuer = request["issuer"],
            Jwks = jwks.ValueKind == JsonValueKind.Undefined ? null : jwks,
            JwksUri = request["jwks_uri"],
            Clients = ClientForms.Lines(request["clients"]),
            UsernameClaim = request["username_claim"],
            Scope = request["scope"],
        };
    }

    private static async Task<Confirmation> DeletionAsync(ConsoleRequest request, TrustedIssuer trusted) => new(
        $"Trust {trusted.Issuer} no more",
        "Tokens that were got by its assertions live until they expire. Links to it stay.",
        await request.Get<Dependents>().OfIssuerAsync(trusted.Issuer, request.Cancellation),
        ConsolePaths.Of("issuers", trusted.Issuer, "delete"),
        "Trust it no more",
        ConsolePaths.Of("issuers", trusted.Issuer));

    private static Task OfIssuerAsync(ConsoleRequest request, Func<TrustedIssuer, Task> work) =>
        request.WithAsync(request.Get<TrustedIssuerOperations>().FindAsync(request.Named("issuer"), request.Cancellation), work);
}
