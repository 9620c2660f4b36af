using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;
using Actor = IdentityProvider.Server.Admin.Actor;

namespace IdentityProvider.Server.Endpoints.Registration;

/// <summary><c>POST /register</c> (RFC 7591 §3): who may, what it asks for, a secret and a token in memory, one transaction, the answer.</summary>
internal sealed class RegistrationEndpoint(
    RegistrationAccess access, RequestedClients requested, Registrations registrations, Entropy entropy, TimeProvider clock, ILogger<RegistrationEndpoint> logger)
{
    public async Task HandleAsync(HttpContext http)
    {
        // No cookie counts here, and who may register is told by a token alone: a page of any origin may ask (RFC 7591 §3).
        CrossOrigin.AllowAnyone(http);

        // 1. An initial access token, or none where none is needed (RFC 7591 §3). Where no place is left nothing is read, and nothing fetched.
        if (!(await access.MayRegisterAsync(http)).Try(out var policy, out var reason))
        {
            await RegistrationAnswers.RefuseAsync(http, reason);
            return;
        }

        if (policy.ClientCount >= policy.MaxClients)
        {
            await RegistrationAnswers.RefuseAsync(http, Refusal.RegistrationQuotaSpent);
            return;
        }

        // 2. Metadata, in JSON, that the policy and the rules allow (RFC 7591 §2, §3.1, §3.2.2).
        if (await RequestedClients.ReadAsync(http) is { } request
            && await requested.DecideAsync(http, request, policy, entropy.NewId().ToString("N"), standing: null) is { } client)
            await RegisterAsync(http, client, request.SoftwareStatement);
    }

    // 3. Registered while the policy has room, and answered with what is said once (RFC 7591 §3.2.1).
    private async Task RegisterAsync(HttpContext http, Client client, string? statement)
    {
        var now = clock.GetUtcNow();
        var secret = client.HasSecret ? entropy.Token() : null;
        if (secret is not null)
            client = client with { Secrets = [new(SecretHash.Of(secret), now, null)] };
        var token = entropy.Token();
        if (await registrations.AddAsync(client, SecretHash.Of(token), now, CancellationToken.None) != RegistrationOutcome.Registered)
        {
            await RegistrationAnswers.RefuseAsync(http, Refusal.RegistrationQuotaSpent);
            return;
        }

        await AuditTrail.ByAsync(
            http, Actor.Client(client.ClientId), AuditAction.ClientRegistered, AuditTarget.Client(client.ClientId), after: AuditTold.DocumentOf(client),
            detail: new() { ["policy"] = client.RegisteredBy?.ToString("N") });
        Log.ClientRegistered(logger, client.ClientId, client.RegisteredBy);
        await RegistrationAnswers.ShowAsync(http, client, now, token, secret, statement, StatusCodes.Status201Created);
    }
}
