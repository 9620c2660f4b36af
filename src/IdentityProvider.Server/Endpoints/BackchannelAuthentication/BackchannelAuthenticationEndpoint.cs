using IdentityProvider.Protocol;
using IdentityProvider.Protocol.BackchannelAuthentication;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.BackchannelAuthentication;

/// <summary><c>POST /bc-authorize</c> (CIBA Core §7): form, client, decide, draw the code, commit, answer. The person is asked on their account page.</summary>
internal sealed class BackchannelAuthenticationEndpoint(DecoupledRequests requests, HintedPeople people, NotificationTokens tokens, Registry registry, Entropy entropy, TimeProvider clock)
{
    public const string Path = "/bc-authorize";

    public async Task HandleAsync(HttpContext http)
    {
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason)
            || !(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason)
            || !(await DecideAsync(form, client, http.RequestAborted)).Try(out var decided, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        var (request, notificationToken) = decided;
        var authReqId = entropy.Token();
        if (notificationToken is not null)
            request = request with { SealedNotificationToken = tokens.Seal(request.RequestId, notificationToken, authReqId) };
        if (!await requests.AddForPersonAsync(
            request, SecretHash.Of(authReqId), BackchannelAuthenticationRules.MostWaiting, BackchannelAuthenticationRules.MostWaitingOfAll, CancellationToken.None))
        {
            await OAuthResults.RefuseAsync(http, Refusal.BackchannelTooManyWaiting);
            return;
        }

        await JsonBody.SendAsync(http, (authReqId, request), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteString("auth_req_id", answer.authReqId);
            json.WriteNumber("expires_in", (int)(answer.request.ExpiresAt - answer.request.CreatedAt).TotalSeconds);
            json.WriteNumber("interval", (int)answer.request.Interval.TotalSeconds);
            json.WriteEndObject();
        });
    }

    private async Task<Decision<Decided>> DecideAsync(Parameters form, AuthenticatedClient client, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var resources = await registry.FindResourcesAsync(client.Client.Resources, cancellation);
        if (!people.Read(form, client, resources, now).Try(out var request, out var reason))
            return reason;
        return BackchannelAuthenticationRules.Decide(request, await people.FindAsync(request, cancellation), entropy.NewId(), now).Try(out var decided, out reason)
            ? new Decided(decided, request.NotificationToken)
            : reason;
    }

    private sealed record Decided(DecoupledRequest Request, string? NotificationToken);
}

/// <summary>Whom a hint means (CIBA Core §7.1).</summary>
internal sealed class HintedPeople(Users users, Storage.Sessions sessions, KeyRing keys, Settings settings)
{
    public Decision<BackchannelRequest> Read(
        Parameters form, AuthenticatedClient client, IReadOnlyList<IdentityProvider.Protocol.Resources.Resource> resources, DateTimeOffset now) =>
        BackchannelAuthenticationRules.Read(form, client, resources, keys.Published, settings.Issuer, now);

    /// <summary>Null where it means nobody who may sign in. A pairwise client's ID token leads to a person by its session alone.</summary>
    public async Task<Guid?> FindAsync(BackchannelRequest request, CancellationToken cancellation)
    {
        if (request.LoginHint is { } name)
            return await users.FindNamedAsync(name, cancellation) is { IsActive: true } named ? named.UserId : null;
        var hinted = request.Hint?.UserId
            ?? (request.Hint?.SessionId is { } sessionId ? (await sessions.FindAsync(sessionId, cancellation))?.UserId : null);
        return hinted is { } userId && await users.FindClaimsAsync(userId, cancellation) is { IsActive: true } ? userId : null;
    }
}
