using System.Net;
using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Introspection;

/// <summary>RFC 9701 over HTTP.</summary>
public sealed class SignedIntrospectionTests : IAsyncLifetime
{
    private const string Wish = "application/token-introspection+jwt";

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task Who_asks_for_a_JWT_gets_the_same_answer_signed()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        var plain = await _signedIn.IntrospectAsync(SignedIn.Api, token);

        var answer = await AskAsync(SignedIn.Api, token, Wish);

        Assert.Equal((HttpStatusCode.OK, Wish), (answer.Status, answer.Message.Content.Headers.ContentType!.ToString()));
        Assert.Equal(("no-store", "Accept"), (answer.Header("Cache-Control"), answer.Header("Vary")));
        var claims = Verified(answer.Text, SignatureAlgorithm.RS256);
        Assert.Equal(["iss", "aud", "iat", "token_introspection"], claims.EnumerateObject().Select(claim => claim.Name));
        Assert.Equal((TestServer.Issuer, "notes-api"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        Assert.Equal(plain.Text, claims.GetProperty("token_introspection").GetRawText());
    }

    [Fact]
    public async Task Also_of_what_is_not_active()
    {
        var claims = Verified((await AskAsync(SignedIn.Api, "anything", Wish)).Text, SignatureAlgorithm.RS256);
        Assert.Equal("""{"active":false}""", claims.GetProperty("token_introspection").GetRawText());
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task The_client_chose_what_signs(string name)
    {
        Assert.True(SignatureAlgorithm.TryParse(name, out var algorithm));
        var api = SignedIn.Api with { ClientId = "api-" + name.ToLowerInvariant(), IntrospectionSignedResponseAlg = algorithm };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(api, SignedIn.Cancellation));

        Verified((await AskAsync(api, "anything", Wish)).Text, algorithm);
    }

    [Theory]
    [InlineData(Wish, true)]
    [InlineData("APPLICATION/Token-Introspection+JWT", true)]
    [InlineData(Wish + ", application/json", true)]
    [InlineData("application/json, " + Wish + ";q=0.9", false)]
    [InlineData("application/json;q=0.5, " + Wish + ";q=0.9", true)]
    [InlineData(Wish + ";q=0.9, */*;q=0.1", true)]
    [InlineData(Wish + ";q=0.1, */*", false)]
    [InlineData(Wish + ";q=0.5, application/*;q=0.4, */*", true)]
    [InlineData(Wish + ";q=0", false)]
    [InlineData("application/jwt", false)]
    [InlineData("application/*", false)]
    [InlineData("*/*", false)]
    [InlineData("text/html", false)]
    [InlineData(";;;,q=,/", false)]
    [InlineData("", false)]
    public async Task A_JWT_is_for_who_names_it_and_likes_nothing_better(string accept, bool isJwt)
    {
        var answer = await AskAsync(SignedIn.Api, "anything", accept);
        Assert.Equal(isJwt ? Wish : "application/json", answer.Message.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_refusal_stays_JSON()
    {
        var answer = await AskAsync(SignedIn.Spa, "anything", Wish);
        Assert.Equal((HttpStatusCode.Forbidden, "unauthorized_client"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task It_opens_no_door_as_a_token()
    {
        var jwt = (await AskAsync(SignedIn.Api, (await _signedIn.TokensAsync(SignedIn.App)).AccessToken, Wish)).Text;

        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(jwt)).Status);
        Assert.Equal("""{"active":false}""", (await _signedIn.IntrospectAsync(SignedIn.Api, jwt)).Text);
    }

    private Task<Answer> AskAsync(Client client, string token, string accept)
    {
        var form = new Dictionary<string, string> { ["token"] = token };
        var request = new HttpRequestMessage(HttpMethod.Post, "/introspect");
        if (client.IsPublic)
            form["client_id"] = client.ClientId;
        else
            request.Headers.Authorization = SignedIn.Basic(client.ClientId, SignedIn.Secret);
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return _signedIn.SendAsync(request);
    }

    private JsonElement Verified(string jwt, SignatureAlgorithm algorithm)
    {
        var jws = Jws.Verify(jwt, _signedIn.Server.Get<KeyRing>().Published, "token-introspection+jwt").ValueOrNull;
        Assert.NotNull(jws);
        Assert.Equal(algorithm, jws.Header.Algorithm);
        return JsonElement.Parse(jws.Payload.Span);
    }
}
