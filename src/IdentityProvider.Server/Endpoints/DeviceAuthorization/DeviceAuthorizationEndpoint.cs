using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.DeviceAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Http;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Endpoints.DeviceAuthorization;

/// <summary><c>POST /device_authorization</c> (RFC 8628 §3.1): form, client, decide, draw the codes, commit, answer.</summary>
internal sealed class DeviceAuthorizationEndpoint(
    DecoupledRequests requests, UserCodes userCodes, Registry registry, Settings settings, Entropy entropy, TimeProvider clock)
{
    public const string Path = "/device_authorization";

    /// <summary>Of ten thousand million codes a few are in use: two collisions in a row have some other cause.</summary>
    private const int MostDraws = 5;

    public async Task HandleAsync(HttpContext http)
    {
        // 1. The form, and the client (RFC 8628 §3.1).
        if (!(await RequestParameters.ReadFormAsync(http)).Try(out var form, out var reason)
            || !(await ClientAuthentication.ReadAsync(http, form)).Try(out var client, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        // 2. What it asks for, and the answer (RFC 8628 §3.2).
        CrossOrigin.Allow(http, client.Client);
        if (!PublicClientLimit.TryTake(http, client))
        {
            await OAuthResults.RefuseAsync(http, Refusal.PublicClientTooOften);
            return;
        }

        if (!(await DecideAsync(form, client, http.RequestAborted)).Try(out var request, out reason))
        {
            await OAuthResults.RefuseAsync(http, reason);
            return;
        }

        var codes = await CommitAsync(request);
        await JsonBody.SendAsync(http, (codes.DeviceCode, codes.UserCode, Uri: settings.Issuer + "/device"), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteString("device_code", answer.DeviceCode);
            json.WriteString("user_code", answer.UserCode.ToString());
            json.WriteString("verification_uri", answer.Uri);
            json.WriteString("verification_uri_complete", $"{answer.Uri}?user_code={answer.UserCode}");
            json.WriteNumber("expires_in", (int)DeviceAuthorizationRules.Lifetime.TotalSeconds);
            json.WriteNumber("interval", (int)DecoupledRequest.FirstInterval.TotalSeconds);
            json.WriteEndObject();
        });
    }

    private async Task<Decision<DecoupledRequest>> DecideAsync(Parameters form, AuthenticatedClient client, CancellationToken cancellation)
    {
        var resources = await registry.FindResourcesAsync(client.Client.Resources, cancellation);
        return DeviceAuthorizationRules.Decide(form, client, resources, entropy.NewId(), clock.GetUtcNow());
    }

    private async Task<(string DeviceCode, UserCode UserCode)> CommitAsync(DecoupledRequest request)
    {
        for (var draw = 0; draw < MostDraws; draw++)
        {
            var deviceCode = entropy.Token();
            var userCode = UserCode.From(entropy.Bytes(UserCode.RandomLength));
            if (await requests.AddAsync(request, SecretHash.Of(deviceCode), userCodes.HashOf(userCode), CancellationToken.None))
                return (deviceCode, userCode);
        }

        throw new InvalidOperationException($"{MostDraws} user codes in a row were in use.");
    }
}
