using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/tokens</c>: one that somebody has at hand, such as one from a log or a repository. It comes in a form and is never shown again.</summary>
internal static class TokenConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/tokens", AdminArea.Families, request => AskAsync(request, fault: null)),
        ConsoleRoute.Look("/tokens/inspect", AdminArea.Families, InspectAsync),
        ConsoleRoute.Ask("/tokens/revoke", AdminArea.Families, request => AskToRevokeAsync(request, fault: null)),
        ConsoleRoute.Form("/tokens/revoke", AdminArea.Families, RevokeAsync),
    ];

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<TokensPage>(new object(), fault);

    private static Task AskToRevokeAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<RevokeTokenPage>(new object(), fault);

    private static async Task InspectAsync(ConsoleRequest request)
    {
        if ((await request.Get<TokenInspections>().InspectAsync(request["token"] ?? "", request.Cancellation)).Try(out var document, out var fault))
            await request.ShowAsync<TokenPage>(document);
        else
            await AskAsync(request, fault);
    }

    private static async Task RevokeAsync(ConsoleRequest request)
    {
        if ((await request.Get<TokenInspections>().RevokeAsync(request.Actor, request["token"] ?? "", request.Cancellation)).Try(out var revoked, out var fault))
            await request.DoneAsync("/tokens", revoked["jti"] is { } jti ? $"The access token {jti} is taken back." : $"The refresh token is taken back, with all of its family {revoked["family"]}.");
        else
            await AskToRevokeAsync(request, fault);
    }
}
