using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, HttpResponseMessage Message, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Error => Json.GetProperty("error").GetString()!;

    public string AccessToken => Json.GetProperty("access_token").GetString()!;

    public string RefreshToken => Json.GetProperty("refresh_token").GetString()!;

    public string? this[string member] => Json.TryGetProperty(member, out var value) ? value.ToString() : null;

    public string Header(string name) => string.Join(", ", Message.Headers.TryGetValues(name, out var values) ? values : []);
}

/// <summary>A server where Alice has signed in and two APIs and four clients are registered: all that an authorization request would leave behind.</summary>
internal sealed class SignedIn : IAsyncDisposable
{
    public const string NotesApi = "https://notes.example";
    public const string RedirectUri = "https://app.example/cb";
    public const string CodeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    public const string CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    public const string Secret = "a-secret-that-only-this-test-knows";

    public static readonly Client App = new()
    {
        ClientId = "app",
        ClientName = "App",
        RedirectUris = [RedirectUri],
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        Scope = ScopeSet.Of(["openid", "profile", "email", "offline_access", "notes.read", "notes.write"]),
        Resources = [NotesApi],
        AllowedOrigins = ["https://app.example"],
        Secrets = [new ClientSecret(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)), DateTimeOffset.UnixEpoch, null)],
    };

    public static readonly Client Spa = App with { ClientId = "spa", TokenEndpointAuthMethod = ClientAuthenticationMethod.None, Secrets = [] };

    public static readonly Client Machine = App with
    {
        ClientId = "machine",
        GrantTypes = [GrantTypes.ClientCredentials],
        Scope = ScopeSet.Of(["notes.read"]),
        TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost,
    };

    public static readonly Client Api = App with { ClientId = "notes-api", GrantTypes = [], Scope = ScopeSet.Empty, Resources = [], Introspects = [NotesApi] };

    private SignedIn(TestServer server) => Server = server;

    public TestServer Server { get; }

    public Guid UserId { get; } = Guid.Parse("11111111-1111-4111-8111-111111111111");

    public Guid SessionId { get; } = Guid.Parse("22222222-2222-4222-8222-222222222222");

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<SignedIn> StartAsync(DateTimeOffset? at = null, Func<Settings, Settings>? change = null, Func<string, string>? way = null)
    {
        var signedIn = new SignedIn(await TestServer.StartAsync(at: at, change: change, way: way));
        await signedIn.FillAsync();
        return signedIn;
    }

    /// <summary>A code as the authorization endpoint issues it.</summary>
    public async Task<string> CodeAsync(Client client, string scope = "openid notes.read", Func<AuthorizationCode, AuthorizationCode>? change = null)
    {
        var now = Server.Clock.GetUtcNow();
        var code = Server.Get<Entropy>().Token();
        var scopes = ScopeSet.Of(scope.Split(' '));
        var stored = new AuthorizationCode
        {
            ClientId = client.ClientId,
            UserId = UserId,
            SessionId = SessionId,
            RedirectUri = RedirectUri,
            Scope = scopes,
            Resources = scopes.Any(name => name.StartsWith("notes.", StringComparison.Ordinal)) ? [NotesApi] : [],
            CodeChallenge = CodeChallenge,
            Nonce = "n-0S6_WzA2Mj",
            AuthTime = now - TimeSpan.FromMinutes(1),
            Amr = ["pwd"],
            Acr = "1",
            ExpiresAt = now + AuthorizationCode.Lifetime,
        };
        await Server.Get<AuthorizationCodes>().AddAsync(SHA256.HashData(Encoding.ASCII.GetBytes(code)), change?.Invoke(stored) ?? stored, Cancellation);
        return code;
    }

    public Task<Answer> ExchangeAsync(Client client, string code) =>
        PostAsync("/token", client, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", CodeVerifier));

    /// <summary>The tokens of a new code.</summary>
    public async Task<Answer> TokensAsync(Client client, string scope = "openid notes.read")
    {
        var answer = await ExchangeAsync(client, await CodeAsync(client, scope));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    public Task<Answer> RefreshAsync(Client client, string refreshToken, params (string, string)[] more) =>
        PostAsync("/token", client, [("grant_type", "refresh_token"), ("refresh_token", refreshToken), .. more]);

    public Task<Answer> UserInfoAsync(string accessToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return SendAsync(request);
    }

    public Task<Answer> IntrospectAsync(Client client, string token) => PostAsync("/introspect", client, ("token", token));

    /// <summary>A form, by a client that proves who it is in its own way.</summary>
    public Task<Answer> PostAsync(string path, Client client, params (string Name, string Value)[] form) => SendAsync(Post(path, client, form));

    /// <summary>The same, for a test that adds headers.</summary>
    public static HttpRequestMessage Post(string path, Client client, params (string Name, string Value)[] form)
    {
        var fields = form.ToDictionary(field => field.Name, field => field.Value);
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (client.TokenEndpointAuthMethod == ClientAuthenticationMethod.ClientSecretBasic)
            request.Headers.Authorization = Basic(client.ClientId, Secret);
        else
            fields["client_id"] = client.ClientId;
        if (client.TokenEndpointAuthMethod == ClientAuthenticationMethod.ClientSecretPost)
            fields["client_secret"] = Secret;
        request.Content = new FormUrlEncodedContent(fields);
        return request;
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var message = await Server.Http.SendAsync(request, Cancellation);
        return new Answer(message.StatusCode, message, await message.Content.ReadAsStringAsync(Cancellation));
    }

    public static AuthenticationHeaderValue Basic(string clientId, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(clientId)}:{Uri.EscapeDataString(secret)}")));

    public Task EndSessionAsync() => Server.Get<Sessions>().EndAsync(SessionId, Server.Clock.GetUtcNow(), Cancellation);

    public async Task DisableUserAsync()
    {
        await using var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(Cancellation);
        await db.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.DisabledAt, Server.Clock.GetUtcNow()), Cancellation);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private async Task FillAsync()
    {
        var now = Server.Clock.GetUtcNow();
        await Server.Get<Resources>().AddAsync(
            new Resource { Identifier = NotesApi, Name = "Notes", Scopes = [new("notes.read"), new("notes.write")] }, Cancellation);
        foreach (var client in new[] { App, Spa, Machine, Api })
            Assert.True(await Server.Get<Clients>().AddAsync(client, Cancellation));
        await using (var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(Cancellation))
        {
            db.Users.Add(new User
            {
                Id = UserId,
                UserName = "alice",
                NormalizedUserName = "ALICE",
                Claims = """{"name":"Alice Adams","email":"alice@example.com","email_verified":true}""",
                CreatedAt = now,
            });
            await db.SaveChangesAsync(Cancellation);
        }

        var session = new Session
        {
            SessionId = SessionId,
            UserId = UserId,
            AuthTime = now - TimeSpan.FromMinutes(1),
            Amr = ["pwd"],
            LastUsedAt = now,
            ExpiresAt = now + TimeSpan.FromDays(7),
        };
        await Server.Get<Sessions>().AddAsync(session, SHA256.HashData("cookie"u8), Cancellation);
    }
}
