using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/families/{family}</c>: one sign-in of one app, ended or not. None of its tokens is there.</summary>
internal static class FamilyConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/families/{family}", AdminArea.Families, request => OfFamilyAsync(request, family => request.ShowAsync<FamilyPage>(family))),
        ConsoleRoute.Form("/families/{family}/end", AdminArea.Families, request => OfFamilyAsync(request, family => EndAsync(request, family))),
    ];

    private static async Task EndAsync(ConsoleRequest request, FamilyDocument family)
    {
        if ((await request.Get<TokenOperations>().EndFamilyAsync(request.Actor, Guid.Parse(family.Family), request.Cancellation)).Try(out _, out var fault))
            await request.DoneAsync(ConsolePaths.Of("families", family.Family), "It has ended, with every token of it.");
        else
            await request.ShowAsync<FamilyPage>(family, fault);
    }

    private static Task OfFamilyAsync(ConsoleRequest request, Func<FamilyDocument, Task> work) =>
        request.WithAsync(request.Get<TokenOperations>().FindFamilyAsync(request.Named("family"), request.Cancellation), work);
}
