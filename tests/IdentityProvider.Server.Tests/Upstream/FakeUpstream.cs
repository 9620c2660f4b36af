using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Upstream;

/// <summary>An OpenID Provider on loopback, over real HTTP, which says whatever a test has it say.</summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    public const string Secret = "s3cret:with/odd chars";

    private readonly Listener _listener;
    private readonly TestServer _server;
    private string _nonce = "";

    private FakeUpstream(Listener listener, TestServer server)
    {
        (_listener, _server) = (listener, server);
        Issuer = listener.Address.GetLeftPart(UriPartial.Authority);
        listener.AnswerAsync = AnswerAsync;
    }

    public string Name { get; private init; } = "";

    /// <summary>Its name, which it keeps when it is down.</summary>
    public string Issuer { get; }

    public SigningKey Key { get; private set; } = SigningKey.Generate(SignatureAlgorithm.ES256);

    /// <summary>Whom it says was there.</summary>
    public string Subject { get; set; } = "ada";

    public Action<JsonObject> ChangeClaims { get; set; } = _ => { };

    public Action<JsonObject> ChangeMetadata { get; set; } = _ => { };

    /// <summary>How the ID token is made of its claims.</summary>
    public Func<JsonObject, string>? Sign { get; set; }

    public JsonObject? UserInfo { get; set; }

    public RequestDelegate? AnswerTokenAsync { get; set; }

    /// <summary>What some of its paths answer instead.</summary>
    public Dictionary<string, RequestDelegate> Instead { get; } = [];

    /// <summary>Never answers.</summary>
    public Task HangAsync(HttpContext http) => _listener.HangAsync(http);

    /// <summary>Waits until it is asked this.</summary>
    public async Task IsAskedAsync(string path)
    {
        while ((await _listener.NextAsync()).Path != path)
        {
        }
    }

    /// <summary>The last token request.</summary>
    public (IFormCollection Form, string? Authorization)? TokenRequest { get; private set; }

    public int Calls(string path) => _listener.Requests.Count(r => r.Path == path);

    /// <summary>Starts one, and lets people sign in by it.</summary>
    public static async Task<FakeUpstream> StartAsync(TestServer server, Func<UpstreamProvider, UpstreamProvider>? edit = null)
    {
        var name = "up-" + server.Get<Entropy>().NewId().ToString("N")[..8];
        var fake = new FakeUpstream(await Listener.StartAsync(), server) { Name = name };
        var upstream = new UpstreamProvider
        {
            Name = name,
            Issuer = fake.Issuer,
            ClientId = "us",
            TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic,
            Scope = ScopeSet.Of(["openid", "email"]),
            Label = "Example",
        };
        upstream = edit?.Invoke(upstream) ?? upstream;
        Assert.True(await server.Get<Upstreams>().AddAsync(new(upstream, server.Get<UpstreamCredentials>().Seal(name, Secret))));
        return fake;
    }

    /// <summary>Goes there and signs in; the path to which the browser comes back.</summary>
    public async Task<string> GoAsync(Browser browser, string start, string answer = "code=c") => Answer(await browser.SendAsync(HttpMethod.Get, start, null), answer);

    /// <summary>Goes there from a page, by its button.</summary>
    public string Answer(Page sent, string answer = "code=c")
    {
        Assert.StartsWith(Issuer + "/authorize?", sent.Location, StringComparison.Ordinal);
        Request = HttpUtility.ParseQueryString(new Uri(sent.Location!).Query);
        _nonce = Request["nonce"]!;
        Assert.Equal($"{TestServer.Issuer}/login/upstream/{Name}/callback", Request["redirect_uri"]);
        return $"/login/upstream/{Name}/callback?{answer}&state={Request["state"]}";
    }

    /// <summary>The last authorization request.</summary>
    public System.Collections.Specialized.NameValueCollection Request { get; private set; } = [];

    /// <summary>The whole way of a browser that nobody is signed in.</summary>
    public async Task<Page> SignInAsync(Browser browser, string query = "") => await browser.OpenAsync(await GoAsync(browser, Start + query));

    public string Start => $"/login/upstream/{Name}";

    public string LogoutToken(Action<JsonObject>? change = null)
    {
        var now = _server.Clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = "us",
            ["iat"] = NumericDate.From(now),
            ["exp"] = NumericDate.From(now.AddMinutes(2)),
            ["jti"] = _server.Get<Entropy>().Token(),
            ["sub"] = Subject,
            ["events"] = new JsonObject { [Protocol.Logout.LogoutToken.Event] = new JsonObject() },
        };
        change?.Invoke(claims);
        return Jws.Sign(Key, Protocol.Logout.LogoutToken.Typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    /// <summary>Signs with another key from now on, and publishes it alone.</summary>
    public void ChangeKey()
    {
        Key.Dispose();
        Key = SigningKey.Generate(SignatureAlgorithm.ES256);
    }

    /// <summary>It is down, and still known here.</summary>
    public ValueTask StopAsync() => _listener.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        // Its port may soon be another's, which is then another provider: nothing may be linked to it.
        await _server.Get<Upstreams>().DeleteAsync(Name);
        await using (var db = await _server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync())
            await db.UserLogins.Where(link => link.LoginProvider == Issuer).ExecuteDeleteAsync();
        await StopAsync();
        Key.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (Instead.TryGetValue(http.Request.Path, out var answerAsync))
        {
            await answerAsync(http);
            return;
        }

        switch (http.Request.Path.Value)
        {
            case "/.well-known/openid-configuration":
                await WriteAsync(http, Metadata());
                return;
            case "/jwks":
                http.Response.ContentType = "application/json";
                await http.Response.Body.WriteAsync(new JsonWebKeySet([Key.PublicKey]).ToUtf8Bytes());
                return;
            case "/token":
                TokenRequest = (await http.Request.ReadFormAsync(), http.Request.Headers.Authorization);
                if (AnswerTokenAsync is not null)
                    await AnswerTokenAsync(http);
                else
                    await WriteAsync(http, new() { ["id_token"] = IdToken(), ["access_token"] = "an-access-token", ["token_type"] = "Bearer" });
                return;
            case "/userinfo" when UserInfo is { } claims && http.Request.Headers.Authorization == "Bearer an-access-token":
                await WriteAsync(http, claims.DeepClone().AsObject());
                return;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }
    }

    private JsonObject Metadata()
    {
        var metadata = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/jwks",
            ["end_session_endpoint"] = Issuer + "/logout",
        };
        if (UserInfo is not null)
            metadata["userinfo_endpoint"] = Issuer + "/userinfo";
        ChangeMetadata(metadata);
        return metadata;
    }

    public string IdToken()
    {
        var now = _server.Clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = Subject,
            ["aud"] = "us",
            ["iat"] = NumericDate.From(now),
            ["exp"] = NumericDate.From(now.AddMinutes(5)),
            ["nonce"] = _nonce,
            ["at_hash"] = Base64Url.EncodeToString(SHA256.HashData("an-access-token"u8).AsSpan(0, 16)),
        };
        ChangeClaims(claims);
        return Sign?.Invoke(claims) ?? Jws.Sign(Key, "JWT", Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }

    private static Task WriteAsync(HttpContext http, JsonObject document)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(document.ToJsonString());
    }
}
