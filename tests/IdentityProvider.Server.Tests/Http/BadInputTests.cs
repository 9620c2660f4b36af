using System.Net;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Server.Tests.Http;

/// <summary>Whatever is thrown at an endpoint, the answer is the RFC's error: never a 500, never a stack trace.</summary>
public sealed class BadInputTests
{
    private static readonly string[] OAuthEndpoints = ["/token", "/introspect", "/revoke", "/userinfo"];

    private static readonly string[] Pages = ["/authorize", "/login", "/select-account", "/consent", "/logout", "/logout/confirm", "/"];

    private static readonly string[] Documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/health/live", "/health/ready"];

    private static readonly Dictionary<string, byte[]> Bodies = new(StringComparer.Ordinal)
    {
        ["nothing"] = [],
        ["a broken escape"] = "grant_type=%zz&code=%"u8.ToArray(),
        ["bad UTF-8"] = "grant_type=%ff%fe&client_id=%c3%28"u8.ToArray(),
        ["raw bytes that are no UTF-8"] = [(byte)'a', (byte)'=', 0xff, 0xfe, 0xc3, 0x28],
        ["an overlong encoding"] = "token=%c0%af"u8.ToArray(),
        ["null bytes"] = "grant_type=authorization_code%00&code=a%00b&client_id=%00&token=%00"u8.ToArray(),
        ["raw null bytes"] = "grant_type=\0&token=\0"u8.ToArray(),
        ["a parameter twice"] = "grant_type=authorization_code&grant_type=refresh_token&token=a&token=b&client_id=x&client_id=y"u8.ToArray(),
        ["thousands of parameters"] = Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 5000).Select(i => $"p{i}=1"))),
        ["a huge body"] = Encoding.ASCII.GetBytes("grant_type=" + new string('a', 200_000)),
        ["JSON"] = """{"grant_type":"client_credentials"}"""u8.ToArray(),
        ["a long token"] = Encoding.ASCII.GetBytes("grant_type=refresh_token&client_id=x&refresh_token=" + new string('A', 60_000)),
        ["a noncharacter"] = "username=%ef%bf%be&password=x&client_id=%ef%bf%be"u8.ToArray(),
        ["lone separators"] = "&&&===&&=&"u8.ToArray(),
        ["a lone surrogate"] = "client_id=%ed%a0%80&username=%ed%a0%80"u8.ToArray(),
    };

    private static readonly string?[] ContentTypes =
        ["application/x-www-form-urlencoded", "application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-16", "nonsense", null];

    private static readonly string[] OtherMethods = ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"];

    private static readonly string[] All = [.. OAuthEndpoints, .. Pages, .. Documents];

    [Fact]
    public async Task No_body_of_any_type_makes_a_500()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in All)
        {
            foreach (var (what, body) in Bodies)
            {
                foreach (var type in ContentTypes)
                    await AssertRefusedAsync(server, path, "POST", what, body, type);
            }
        }
    }

    [Fact]
    public async Task No_method_makes_a_500()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in All)
        {
            foreach (var method in OtherMethods)
            {
                foreach (var (what, body) in Bodies.Take(4))
                    await AssertRefusedAsync(server, path, method, what, body, ContentTypes[0]);
            }
        }
    }

    [Fact]
    public async Task No_query_makes_a_500()
    {
        await using var server = await TestServer.StartAsync();
        string[] queries =
        [
            "?%zz", "?client_id=%ff", "?client_id=%00", "?client_id=a&client_id=b", "?" + string.Join('&', Enumerable.Range(0, 1500).Select(i => $"p{i}=1")),
            "?client_id=" + new string('a', 7000), "?resume=AAAA", "?resume=%00", "?redirect_uri=javascript:alert(1)", "?id_token_hint=a.b.c",
            "?max_age=99999999999999999999", "?prompt=%20%20", "?scope=%22%5c", "?resource=:::",
        ];
        foreach (var address in All.SelectMany(path => queries.Select(query => path + query)))
        {
            using var answer = await server.Http.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode < 500, $"GET {address[..Math.Min(80, address.Length)]} → {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task No_authorization_header_makes_a_500()
    {
        await using var server = await TestServer.StartAsync();
        string[] headers =
        [
            "Basic", "Basic !!!", "Basic Og==", "Basic /////w==", "Basic JTAwOiUwMA==", "Basic JXp6OiV6eg==", "Bearer", "Bearer a b", "Bearer ..",
            "Bearer eyJhbGciOiJub25lIn0.e30.", "DPoP x", "\t",
        ];
        foreach (var (path, header) in OAuthEndpoints.SelectMany(path => headers.Select(header => (path, header))))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("token", "x")]) };
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var answer = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{path} with {header} → {(int)answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Every_answer_names_its_request()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var path in All)
        {
            using var answer = await server.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.NotEmpty(Assert.Single(answer.Headers.GetValues("X-Request-Id")));
        }
    }

    private static async Task AssertRefusedAsync(TestServer server, string path, string method, string what, byte[] body, string? type)
    {
        var tried = $"{method} {path} with {what} as {type ?? "no type"}";
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(body) };
        if (type is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await SendAsync(server, request, tried);
        Assert.True((int)answer.StatusCode < 500, $"{tried} → {(int)answer.StatusCode}");

        if (method != "POST" || !OAuthEndpoints.Contains(path))
            return;
        Assert.True((int)answer.StatusCode >= 400, $"{tried} → {(int)answer.StatusCode}");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized && text.Length == 0)
            return;
        using var json = JsonDocument.Parse(text);
        Assert.NotEmpty(json.RootElement.GetProperty("error").GetString()!);
    }

    private static async Task<HttpResponseMessage> SendAsync(TestServer server, HttpRequestMessage request, string tried)
    {
        try
        {
            return await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"{tried} got no answer", e);
        }
    }
}
