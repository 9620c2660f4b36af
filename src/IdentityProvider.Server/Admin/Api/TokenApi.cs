using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Admin;

namespace IdentityProvider.Server.Admin.Api;

/// <summary><c>/tokens</c>: one that somebody has at hand. It comes in the body, since addresses end in logs.</summary>
internal static class TokenApi
{
    public static IEnumerable<AdminRoute> Routes =>
    [
        AdminRoute.Look("/tokens/inspect", "inspectToken", AdminArea.Families, "What a token of this server says, and whether it stands.", InspectAsync, typeof(TokenBody), typeof(JsonObject)),
        AdminRoute.Act("/tokens/revoke", "revokeToken", AdminArea.Families, "Takes an access token back, or a refresh token with all of its family.", RevokeAsync, typeof(TokenBody), typeof(JsonObject)),
    ];

    private static async Task<AdminAnswer> InspectAsync(AdminRequest request) =>
        await DoAsync(request, token => request.Get<TokenInspections>().InspectAsync(token, request.Cancellation));

    private static async Task<AdminAnswer> RevokeAsync(AdminRequest request) =>
        await DoAsync(request, token => request.Get<TokenInspections>().RevokeAsync(request.Actor, token, request.Cancellation));

    private static async Task<AdminAnswer> DoAsync(AdminRequest request, Func<string, Task<Operated<JsonObject>>> what)
    {
        if (!request.Read(AdminApiJson.Default.TokenBody).Try(out var asked, out var fault))
            return fault;
        if (asked.Token is not { Length: > 0 } token)
            return Fault.Refused("token", "must be there");
        return (await what(token)).Try(out var document, out fault) ? AdminAnswer.Of(document) : fault;
    }
}
