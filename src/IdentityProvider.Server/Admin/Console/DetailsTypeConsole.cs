using System.Text.Json;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.RichAuthorization;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/details-types</c>: what clients may ask for beyond scopes (RFC 9396).</summary>
internal static class DetailsTypeConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/details-types", AdminArea.Resources, ListAsync),
        ConsoleRoute.Ask("/details-types/-/new", AdminArea.Resources, request => AskAsync(request, fault: null)),
        ConsoleRoute.Form("/details-types/-/new", AdminArea.Resources, CreateAsync),
        ConsoleRoute.Page("/details-types/{type}", AdminArea.Resources, request => OfTypeAsync(request, type => request.ShowAsync<DetailsTypePage>(type))),
        ConsoleRoute.Ask("/details-types/{type}/delete", AdminArea.Resources, request => OfTypeAsync(request, type => DeletionOf(type).AskAsync(request))),
        ConsoleRoute.Form("/details-types/{type}/delete", AdminArea.Resources, request => OfTypeAsync(request, type => DeletionOf(type).AnswerAsync(
            request, () => request.Get<DetailsTypeOperations>().DeleteAsync(request.Actor, type.Type, request.Cancellation), "/details-types", name => $"Nothing more of {name} is granted."))),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        var list = await request.PageAsync((after, limit) => request.Get<DetailsTypeOperations>().ListAsync(after, limit, request.Cancellation), type => type.Type);
        await request.ShowAsync<DetailsTypesPage>(new DetailsTypesPage.DetailsTypesModel(list));
    }

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<NewDetailsTypePage>(new object(), fault);

    private static async Task CreateAsync(ConsoleRequest request)
    {
        if (!ConsoleJson.Read(request, "schema").Try(out var schema, out var fault)
            || !(await request.Get<DetailsTypeOperations>().CreateAsync(
                request.Actor, new AuthorizationDetailsTypeMetadata { Type = request["type"], Schema = schema.ValueKind == JsonValueKind.Undefined ? null : schema }, request.Cancellation)).Try(out var made, out fault))
            await AskAsync(request, fault);
        else
            await request.DoneAsync(ConsolePaths.Of("details-types", made.Type), "Clients that are registered for it may ask for it.");
    }

    private static Confirmation DeletionOf(AuthorizationDetailsType type) => new(
        $"Delete {type.Type}",
        "Nothing more of it is granted. What was granted stays until it expires, or the client loses the type.",
        [],
        ConsolePaths.Of("details-types", type.Type, "delete"),
        "Delete the type",
        ConsolePaths.Of("details-types", type.Type));

    private static Task OfTypeAsync(ConsoleRequest request, Func<AuthorizationDetailsType, Task> work) =>
        request.WithAsync(request.Get<DetailsTypeOperations>().FindAsync(request.Named("type"), request.Cancellation), work);
}
