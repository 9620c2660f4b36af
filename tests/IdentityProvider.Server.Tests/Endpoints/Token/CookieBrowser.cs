using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

/// <summary>What a browser sends for an app whose refresh token is in a cookie, said word by word: each attack changes one of them.</summary>
internal sealed class CookieBrowser(SignedIn signedIn) : IDisposable
{
    public const string Origin = "https://app.example";

    public static readonly Client App = SignedIn.Spa with { ClientId = "cookie-app", RefreshTokenDelivery = RefreshTokenDelivery.Cookie };

    public static readonly Client Other = App with { ClientId = "cookie-other", AllowedOrigins = ["https://other.example"] };

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = signedIn.Server.Address };

    public static string CookieName(Client client) => "idp-refresh-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client.ClientId)))[..16];

    /// <summary>Sends a form; <paramref name="origin"/> and <paramref name="cookie"/> as their headers stand, or not at all.</summary>
    public async Task<Answer> PostAsync(string path, Client client, (string Name, string Value)[] form, string? origin = Origin, string? cookie = null, string? fetchSite = null)
    {
        var fields = new Dictionary<string, string>(form.ToDictionary(field => field.Name, field => field.Value)) { ["client_id"] = client.ClientId };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        foreach (var (name, value) in new[] { ("Origin", origin), ("Cookie", cookie), ("Sec-Fetch-Site", fetchSite) })
        {
            if (value is not null)
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        var message = await _http.SendAsync(request, SignedIn.Cancellation);
        return new Answer(message.StatusCode, message, await message.Content.ReadAsStringAsync(SignedIn.Cancellation));
    }

    public Task<Answer> ExchangeAsync(Client client, string code, string? origin = Origin) => PostAsync(
        "/token", client, [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", SignedIn.RedirectUri), ("code_verifier", SignedIn.CodeVerifier)], origin);

    /// <summary>Signs in, and gives the token that the browser then keeps.</summary>
    public async Task<string> SignInAsync(Client client)
    {
        var answer = await ExchangeAsync(client, await signedIn.CodeAsync(client), client.AllowedOrigins[0]);
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        return Kept(answer, client);
    }

    /// <summary>A refresh with what the browser keeps.</summary>
    public Task<Answer> RefreshAsync(Client client, string token, string? origin = Origin, string? fetchSite = null) =>
        PostAsync("/token", client, [("grant_type", "refresh_token")], origin, $"{CookieName(client)}={token}", fetchSite);

    public static IReadOnlyList<string> SetCookies(Answer answer) => answer.Message.Headers.TryGetValues("Set-Cookie", out var lines) ? [.. lines] : [];

    /// <summary>The token that an answer told the browser to keep.</summary>
    public static string Kept(Answer answer, Client client)
    {
        var values = SetCookies(answer).Where(line => line.StartsWith(CookieName(client) + "=", StringComparison.Ordinal)).Select(line => line.Split('=', 2)[1].Split(';')[0]);
        return Assert.Single(values.Distinct());
    }

    public static void AssertForgotten(Answer answer, Client client) => Assert.Equal(
        ((string[])["/token", "/revoke"]).Select(path => $"{CookieName(client)}=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path={path}; samesite=strict; httponly"),
        SetCookies(answer));

    public void Dispose() => _http.Dispose();
}
