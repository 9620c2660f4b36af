using System.Net.Http.Headers;
using System.Text.Json;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>
/// Somebody's sign-in at a server, for commands that act on it from elsewhere: the device flow (RFC 8628), since a command has no browser of its own, and
/// refreshing (RFC 6749 §6). It is a device's: it lasts 30 days at most, whatever becomes of the browser in which it was allowed.
/// </summary>
internal sealed class RemoteSignIn(HttpClient http, RemoteStore store, TimeProvider clock)
{
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(30);

    /// <summary>Signs in; the person allows it in a browser, where they see what it is for.</summary>
    /// <param name="server">The issuer.</param>
    /// <param name="scope">What is asked for.</param>
    /// <param name="ask">Shows the person where to go, and with which code.</param>
    /// <param name="wait">Waits between two questions.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RemoteException">It was not allowed, or the server can't be asked.</exception>
    public async Task<RemoteTokens> LoginAsync(
        string server, string scope, Action<string, string> ask, Func<TimeSpan, CancellationToken, Task> wait, CancellationToken cancellation)
    {
        // 1. Whose words these are (RFC 8414 §3.3): a server is what it was called by.
        var metadata = await DiscoverAsync(server, cancellation);
        if (Text(metadata, "device_authorization_endpoint") is not { } begins || Text(metadata, "token_endpoint") is not { } tokenEndpoint)
            throw new RemoteException($"{server} has no device flow");

        // 2. The codes (RFC 8628 §3.1, §3.2).
        var (status, answer) = await PostAsync(
            server, begins, new() { ["client_id"] = BuiltInClients.CommandLine, ["scope"] = scope, ["resource"] = AdminApi.IdentifierOf(server) }, cancellation);
        if (status != 200 || Text(answer, "device_code") is not { } deviceCode || Text(answer, "user_code") is not { } userCode)
            throw Refused(answer, "the sign-in can't begin");
        ask(Text(answer, "verification_uri_complete") ?? Text(answer, "verification_uri") ?? server + "/device", userCode);

        // 3. Asking until the person has decided (§3.4, §3.5).
        var interval = TimeSpan.FromSeconds(answer.TryGetProperty("interval", out var seconds) && seconds.TryGetInt32(out var said) ? Math.Clamp(said, 1, 60) : 5);
        while (true)
        {
            await wait(interval, cancellation);
            (status, answer) = await PostAsync(
                server, tokenEndpoint, new() { ["client_id"] = BuiltInClients.CommandLine, ["grant_type"] = GrantTypes.DeviceCode, ["device_code"] = deviceCode }, cancellation);
            if (status == 200)
                return Keep(server, tokenEndpoint, Text(metadata, "revocation_endpoint"), answer);
            switch (Text(answer, "error"))
            {
                case "authorization_pending":
                    break;
                case "slow_down":
                    interval += TimeSpan.FromSeconds(5);
                    break;
                case "access_denied":
                    throw new RemoteException("the sign-in was refused");
                case "expired_token":
                    throw new RemoteException("nobody allowed the sign-in in time; try again");
                default:
                    throw Refused(answer, "the sign-in failed");
            }
        }
    }

    /// <summary>The tokens that are kept of a server, refreshed where they are about to expire.</summary>
    /// <exception cref="RemoteException">Nobody is signed in, or not any more.</exception>
    public async Task<RemoteTokens> TokensAsync(string server, bool refreshes, CancellationToken cancellation)
    {
        if (store.Find(server) is not { } kept)
            throw new RemoteException($"nobody is signed in there: `idp login --server {server}`");
        if (!refreshes && kept.ExpiresAt - clock.GetUtcNow() > Early)
            return kept;
        var (status, answer) = kept.RefreshToken is null
            ? (400, default)
            : await PostAsync(server, kept.TokenEndpoint, new() { ["client_id"] = BuiltInClients.CommandLine, ["grant_type"] = GrantTypes.RefreshToken, ["refresh_token"] = kept.RefreshToken }, cancellation);
        if (status == 200)
            return Keep(server, kept.TokenEndpoint, kept.RevocationEndpoint, answer, kept.RefreshToken);
        if (status is < 500 and not 429)
            store.Forget(server);
        throw status is < 500 and not 429 ? new RemoteException($"the sign-in has ended: `idp login --server {server}`") : Refused(answer, "the sign-in can't be refreshed just now");
    }

    /// <summary>Ends the sign-in, there and here.</summary>
    public async Task LogoutAsync(string server, CancellationToken cancellation)
    {
        if (store.Find(server) is not { } kept)
            throw new RemoteException("nobody is signed in there");
        store.Forget(server);
        if (kept is { RevocationEndpoint: { } revokes, RefreshToken: { } token })
            await PostAsync(server, revokes, new() { ["client_id"] = BuiltInClients.CommandLine, ["token"] = token }, cancellation);
    }

    private RemoteTokens Keep(string server, string tokenEndpoint, string? revocationEndpoint, JsonElement answer, string? refreshToken = null)
    {
        if (Text(answer, "access_token") is not { } accessToken || !"Bearer".Equals(Text(answer, "token_type"), StringComparison.OrdinalIgnoreCase))
            throw new RemoteException("the server's answer has no token that can be used here");
        var lifetime = answer.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var said) ? said : 0;
        var tokens = new RemoteTokens(accessToken, clock.GetUtcNow().AddSeconds(lifetime), Text(answer, "refresh_token") ?? refreshToken, tokenEndpoint, revocationEndpoint);
        store.Put(server, tokens);
        return tokens;
    }

    private async Task<JsonElement> DiscoverAsync(string server, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server + "/.well-known/openid-configuration");
        var (status, metadata) = await SendAsync(request, cancellation);
        return status == 200 && Text(metadata, "issuer") == server
            ? metadata
            : throw new RemoteException($"{server} doesn't say that it is such a server by this name: name it as its issuer is written");
    }

    // A token goes to the server that it is of, and nowhere else.
    private async Task<(int Status, JsonElement Answer)> PostAsync(string server, string endpoint, Dictionary<string, string> form, CancellationToken cancellation)
    {
        if (!endpoint.StartsWith(server + "/", StringComparison.Ordinal))
            throw new RemoteException("the server names an endpoint of another");
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) };
        return await SendAsync(request, cancellation);
    }

    private async Task<(int Status, JsonElement Answer)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await http.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return ((int)response.StatusCode, body.Length == 0 ? default : JsonElement.Parse(body));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new RemoteException($"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} can't be asked: {e.Message}");
        }
    }

    private static string? Text(JsonElement answer, string member) =>
        answer.ValueKind is JsonValueKind.Object && answer.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static RemoteException Refused(JsonElement answer, string otherwise) => new(Text(answer, "error_description") ?? Text(answer, "error") ?? otherwise);
}

/// <summary>What is kept of a sign-in.</summary>
/// <param name="AccessToken">For the Admin API.</param>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="RefreshToken">For the next; null where there is none.</param>
/// <param name="TokenEndpoint">Where that is got.</param>
/// <param name="RevocationEndpoint">Where the sign-in is ended.</param>
internal sealed record RemoteTokens(string AccessToken, DateTimeOffset ExpiresAt, string? RefreshToken, string TokenEndpoint, string? RevocationEndpoint);

/// <summary>Something can't be done at a server; the message is the one line for who asked.</summary>
internal sealed class RemoteException(string message) : Exception(message.ReplaceLineEndings(" "));
