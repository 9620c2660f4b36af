using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Endpoints.Token;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>
/// "Test this client": its own code flow, as the operator who asks. Beginning and end change the client by the operations as any operator could, so that the
/// audit has both; in between everything is what it is for the client.
/// </summary>
internal static class TestClientConsole
{
    // To be read; the page escapes it.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/clients/-/tested", AdminArea.Clients, EndAsync),
        ConsoleRoute.Ask("/clients/{client_id}/test", AdminArea.Clients, request => OfClientAsync(request, client => AskAsync(request, client, null))),
        ConsoleRoute.Form("/clients/{client_id}/test", AdminArea.Clients, request => OfClientAsync(request, client => BeginAsync(request, client))),
        ConsoleRoute.Form("/clients/{client_id}/test/forget", AdminArea.Clients, ForgetAsync),
    ];

    private static async Task AskAsync(ConsoleRequest request, Client client, Fault? fault)
    {
        var callback = request.Get<Settings>().Issuer + ClientTestRules.CallbackPath;
        var (resource, scope) = await TargetAsync(request, client);
        await request.ShowAsync<TestClientPage>(
            new TestClientPage.TestModel(client, callback, resource?.Identifier, scope.ToString(), client.RedirectUris.Contains(callback, StringComparer.Ordinal)), fault);
    }

    private static async Task BeginAsync(ConsoleRequest request, Client client)
    {
        var issuer = request.Get<Settings>().Issuer;
        if (!client.RedirectUris.Contains(issuer + ClientTestRules.CallbackPath, StringComparer.Ordinal)
            && !(await request.Get<ClientOperations>().ReplaceAsync(request.Actor, client, ClientTestRules.WithCallback(client, issuer), request.Cancellation)).Try(out _, out var fault))
        {
            await AskAsync(request, client, fault);
            return;
        }

        // The request comes back within the second in which every node hears of the change.
        request.Get<Registry>().ForgetClients();
        var (resource, scope) = await TargetAsync(request, client);
        var browser = request.Get<ConsoleCookies>().BeginBrowser(request.Http);
        var salt = request.Get<Entropy>().Token();
        var state = SealOf(request).Seal(new Test(client.ClientId, resource?.Identifier, salt, ConsoleCookies.HashOf(browser), request.Now));
        Pages.PageResults.Redirect(request.Http, "/authorize?" + ClientTestRules.Request(issuer, client, resource?.Identifier, scope, state, browser, salt));
    }

    private static async Task EndAsync(ConsoleRequest request)
    {
        // 1. This browser began it, for a client that it may change (RFC 6749 §10.12).
        if (SealOf(request).Open<Test>(request["state"]) is not { } test || !request.May(AdminArea.Clients, writes: true)
            || request.Get<ConsoleCookies>().BrowserThatBegan(request.Http, test.Browser, test.At) is not { } browser)
        {
            await request.RefuseAsync(Fault.Refused("state", "no test of a client was begun in this browser in the last hour, or it has ended"));
            return;
        }

        await request.WithAsync(FindAsync(request, test.ClientId), async client =>
        {
            // 2. What the client would have got, taken back before anybody sees that it was there.
            var result = await RedeemAsync(request, client, test, browser);

            // 3. The client is as it was, or the page says that it isn't.
            var left = await RestoreAsync(request, client);
            await request.ShowAsync<TestedClientPage>(left is null ? result : result with { Problem = $"This console's address is still among its redirect URIs: {left}." });
        });
    }

    private static async Task<TestedClientPage.TestedModel> RedeemAsync(ConsoleRequest request, Client client, Test test, string browser)
    {
        var issuer = request.Get<Settings>().Issuer;
        var answer = new JsonObject();
        foreach (var name in request.Parameters.Names.Where(name => name is not "state"))
            answer[name] = name == "code" ? ClientTestRules.Shortened(request[name] ?? "") : request[name];
        var shown = new TestedClientPage.TestedModel(client, answer.ToJsonString(Indented), null, null, null, null);
        if (!ConsoleSignInRules.ReadCode(request.Parameters, issuer).Try(out var code, out _))
            return shown with { Problem = "The authorization endpoint answered with an error: that is what the client would have got." };

        var exchanged = await request.Get<CodeExchange>().RunAsync(
            request.Http, ClientTestRules.InThisProcess(client), issuer + ClientTestRules.CallbackPath, test.Resource, code, ConsoleSignInRules.VerifierOf(browser, test.Salt));
        if (!exchanged.Try(out var response, out var reason))
            return shown with { Problem = $"The token endpoint refused: {Refusals.Of(reason).Error}: {Refusals.Of(reason).Description}" };

        var (idToken, accessToken) = (ClientTestRules.ClaimsOf(response.IdToken), ClientTestRules.ClaimsOf(response.AccessToken));
        await TakeBackAsync(request, client, response);
        return shown with { TokenAnswer = Answered(response), IdToken = Pretty(idToken), AccessToken = Pretty(accessToken) };
    }

    // Neither the tokens nor the sign-in that they are of outlive the test.
    private static async Task TakeBackAsync(ConsoleRequest request, Client client, TokenResponse response)
    {
        if ((await request.Get<AccessTokens>().VerifyAsync(response.AccessToken, request.Now, CancellationToken.None)).Try(out var token, out _) && token.FamilyId is { } familyId
            && await request.Get<TokenFamilies>().EndAsync(familyId, FamilyEnd.EndedByOperator, request.Now, CancellationToken.None))
        {
            await request.Get<Desk>().RecordAsync(
                AuditAction.FamilyEnded, request.Actor, AuditTarget.Family(familyId), detail: new() { ["reason"] = nameof(FamilyEnd.EndedByOperator), ["client_id"] = client.ClientId });
        }
    }

    private static string Answered(TokenResponse response)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            TokenResponse.Write(json, response);
        var answer = JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
        foreach (var name in (string[])["access_token", "refresh_token", "id_token"])
        {
            if ((string?)answer[name] is { } token)
                answer[name] = ClientTestRules.Shortened(token);
        }

        return answer.ToJsonString(Indented);
    }

    private static string? Pretty(string? json) => json is null ? null : JsonNode.Parse(json)!.ToJsonString(Indented);

    private static async Task ForgetAsync(ConsoleRequest request)
    {
        var clientId = request.Named("client_id");
        if (!(await request.Get<ClientOperations>().FindAsync(clientId, request.Cancellation)).Try(out var client, out var fault)
            || (fault = await RestoreAsync(request, client)) is not null)
            await request.RefuseAsync(fault);
        else
            await request.DoneAsync(ClientConsole.PathOf(clientId), "The test's address is gone.");
    }

    private static async Task<Fault?> RestoreAsync(ConsoleRequest request, Client client)
    {
        var without = ClientTestRules.Without(client, request.Get<Settings>().Issuer);
        if (without.RedirectUris!.Count == client.RedirectUris.Count)
            return null;
        return (await request.Get<ClientOperations>().ReplaceAsync(request.Actor, client, without, CancellationToken.None)).Try(out _, out var fault) ? null : fault;
    }

    // What the client asks for where it asks for everything that it may, of one API.
    private static async Task<(Resource? Resource, ScopeSet Scope)> TargetAsync(ConsoleRequest request, Client client)
    {
        var resource = SnippetRules.ResourceOf(client) is { } identifier
            && (await request.Get<ResourceOperations>().FindAsync(identifier, request.Cancellation)).Try(out var found, out _) ? found : null;
        return (resource, client.Scope.Intersect(resource is null ? ScopeSet.Identity : ScopeSet.Identity.Union(resource.ScopeNames)));
    }

    private static Task OfClientAsync(ConsoleRequest request, Func<Client, Task> work) => request.WithAsync(FindAsync(request, request.Named("client_id")), work);

    private static async Task<Operated<Client>> FindAsync(ConsoleRequest request, string clientId)
    {
        var found = await request.Get<ClientOperations>().FindAsync(clientId, request.Cancellation);
        if (!found.Try(out var client, out var fault))
            return fault;
        if (BuiltInClients.IsIdentifier(clientId))
            return Fault.Conflict("client_id", "is built in: it can't be tested");
        return ClientTestRules.Refuse(client) is { } reason ? Fault.Refused(reason) : client;
    }

    private static TokenSeal SealOf(ConsoleRequest request) => new(request.Get<IDataProtectionProvider>(), "console-test");

    /// <summary>A test under way: of which client, and which browser began it when.</summary>
    private sealed record Test(string ClientId, string? Resource, string Salt, byte[] Browser, DateTimeOffset At);
}
