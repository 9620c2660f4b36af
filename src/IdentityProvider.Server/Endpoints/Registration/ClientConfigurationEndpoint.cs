using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary>
/// <c>GET</c>, <c>PUT</c> and <c>DELETE /register/{client}</c> (RFC 7592), by the registration access token. That stays the same for the client's
/// life: an answer that is lost locks nobody out.
/// </summary>
internal sealed class ClientConfigurationEndpoint(RegistrationAccess access, RequestedClients requested, RegistrationPolicies policies, Clients clients, Entropy entropy, TimeProvider clock)
{
    /// <summary>RFC 7592 §2.1. A secret is shown once, when it is made, and can't be read here.</summary>
    public async Task GetAsync(HttpContext http)
    {
        if (await OpenAsync(http) is { } managed)
            await ShowAsync(http, managed.Client, managed.RegisteredAt, secret: null, statement: null);
    }

    /// <summary>RFC 7592 §2.2: what is written replaces all that was.</summary>
    public async Task PutAsync(HttpContext http)
    {
        if (await OpenAsync(http) is not { } managed)
            return;
        var standing = managed.Client;
        if (!OperatorMembers.LeaveItToTheClient(standing))
        {
            await RegistrationAnswers.RefuseAsync(http, Refusal.RegistrationIsTheOperators);
            return;
        }

        if (await RequestedClients.ReadAsync(http) is not { } request)
            return;
        if (RegistrationRules.RefuseUpdate(request, standing, clock.GetUtcNow()) is { } wrong)
        {
            await RegistrationAnswers.RefuseAsync(http, wrong);
            return;
        }

        // The policy bounds the client for as long as it lives, also when no other can be registered by it.
        var policy = await policies.FindAsync(standing.RegisteredBy!.Value, http.RequestAborted);
        if (policy is null)
            await RegistrationAnswers.RefuseAsync(http, Refusal.BearerTokenInvalid);
        else if (await requested.DecideAsync(http, request, policy, standing.ClientId, standing) is { } client)
            await ShowAsync(http, client, managed.RegisteredAt, await ReplaceAsync(http, standing, client), request.SoftwareStatement);
    }

    /// <summary>RFC 7592 §2.3: with the client go its secrets, people's consents to it and every token that it has.</summary>
    public async Task DeleteAsync(HttpContext http)
    {
        if (await OpenAsync(http) is not { } managed)
            return;
        await clients.DeleteAsync(managed.Client.ClientId, clock.GetUtcNow(), CancellationToken.None);
        await TellAsync(http, AuditAction.ClientUnregistered, managed.Client.ClientId, AuditTold.DocumentOf(managed.Client), after: null);
        Log.ClientUnregistered(OAuthResults.Logger(http), managed.Client.ClientId);
        OAuthResults.NoStore(http.Response);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task TellAsync(HttpContext http, AuditAction action, string clientId, JsonObject before, JsonObject? after) =>
        AuditTrail.ByAsync(http, Actor.Client(clientId), action, AuditTarget.Client(clientId), before, after);

    private async Task<ManagedClient?> OpenAsync(HttpContext http)
    {
        if ((await access.MayManageAsync(http)).Try(out var managed, out var reason))
            return managed;
        await RegistrationAnswers.RefuseAsync(http, reason);
        return null;
    }

    /// <summary>A client that now proves itself by a secret gets one first, and one that no longer does loses its own last. The new secret, if there is one.</summary>
    private async Task<string?> ReplaceAsync(HttpContext http, Client standing, Client client)
    {
        var now = clock.GetUtcNow();
        var secret = client.HasSecret && !standing.HasSecret ? entropy.Token() : null;
        if (secret is not null)
            await clients.AddSecretAsync(client.ClientId, new(SecretHash.Of(secret), now, null));
        await clients.UpdateAsync(client, now, CancellationToken.None);
        if (standing.HasSecret && !client.HasSecret)
            await clients.RemoveSecretsAsync(client.ClientId, now.AddDays(1), CancellationToken.None);
        await TellAsync(http, AuditAction.ClientReconfigured, client.ClientId, AuditTold.DocumentOf(standing), AuditTold.DocumentOf(client));
        return secret;
    }

    // The token is the one that the request carried.
    private static Task ShowAsync(HttpContext http, Client client, DateTimeOffset registeredAt, string? secret, string? statement) =>
        RegistrationAnswers.ShowAsync(http, client, registeredAt, http.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim(' '), secret, statement, StatusCodes.Status200OK);
}
