using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.PushedAuthorization;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Authorize;

public sealed class RequestObjectRulesTests
{
    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.ES256);
    private static readonly SigningKey Rsa = SigningKey.Generate(SignatureAlgorithm.RS256);
    private static readonly JsonWebKeySet Keys = new([Key.PublicKey, Rsa.PublicKey]);
    private static readonly Client Signer = Given.Client() with { RequireSignedRequestObject = true };

    [Fact]
    public void What_the_client_signed_are_the_parameters()
    {
        var opened = Given.Allowed(Decide(Claims()));
        Assert.Equal(("app", "s1", "openid notes.read"), (opened.Parameters["client_id"], opened.Parameters["state"], opened.Parameters["scope"]));
        Assert.DoesNotContain(opened.Parameters.Names, name => name is "iss" or "aud" or "exp" or "nbf" or "iat" or "jti");
        Assert.Equal("j1", opened.Identifier);
        Assert.Equal(Given.Now + TimeSpan.FromSeconds(70), opened.EndsAt);
    }

    [Fact]
    public void Numbers_JSON_and_lists_become_what_a_query_would_say()
    {
        var opened = Given.Allowed(Decide(Claims(c =>
        {
            c["max_age"] = 300;
            c["claims"] = new JsonObject { ["id_token"] = new JsonObject { ["acr"] = null } };
            c["resource"] = new JsonArray("https://notes.example", "https://files.example");
            c["nonce"] = null;
            c["state"] = "a&b=c ö+%20";
        })));
        Assert.Equal(("300", """{"id_token":{"acr":null}}""", "a&b=c ö+%20"), (opened.Parameters["max_age"], opened.Parameters["claims"], opened.Parameters["state"]));
        Assert.Equal(["https://notes.example", "https://files.example"], opened.Parameters.All("resource"));
        Assert.False(opened.Parameters.Has("nonce"));
    }

    [Theory]
    [InlineData("""{"scope":["openid"]}""")]
    [InlineData("""{"state":{"a":1}}""")]
    [InlineData("""{"resource":["https://notes.example",1]}""")]
    [InlineData("""{"state":"\u0000"}""")]
    public void Refuses_a_claim_that_can_not_be_a_parameter(string more) => Refuses(Refusal.RequestObjectMalformed, Merged(more));

    [Theory]
    [InlineData("""{"iss":"other"}""", Refusal.RequestObjectOfAnotherClient)]
    [InlineData("""{"client_id":"other"}""", Refusal.RequestObjectOfAnotherClient)]
    [InlineData("""{"aud":"https://other.example"}""", Refusal.RequestObjectForAnother)]
    [InlineData("""{"aud":["https://other.example"]}""", Refusal.RequestObjectForAnother)]
    [InlineData("""{"sub":"app"}""", Refusal.RequestObjectInvalid)]
    public void Refuses_an_object_of_or_for_another(string more, Refusal reason) => Refuses(reason, Merged(more));

    [Fact]
    public void The_issuer_may_be_one_audience_of_several() =>
        Given.Allowed(Decide(Claims(c => c["aud"] = new JsonArray("https://other.example", Given.Issuer))));

    [Theory]
    [InlineData("exp")]
    [InlineData("nbf")]
    [InlineData("aud")]
    [InlineData("iss")]
    [InlineData("client_id")]
    public void Refuses_an_object_that_does_not_say(string name) => Refuses(Refusal.RequestObjectClaimMissing, Claims(c => c.Remove(name)));

    [Fact]
    public void Only_who_must_sign_must_say_from_when_it_is_valid() =>
        Given.Allowed(Decide(Claims(c => c.Remove("nbf")), client: Given.Client()));

    [Theory]
    [InlineData(-11, 60)]
    [InlineData(-300, -11)]
    [InlineData(0, 3611)]
    [InlineData(11, 60)]
    [InlineData(-3611, 30)]
    [InlineData(-3000, 611)]
    public void Refuses_an_object_that_is_not_of_now(int nbf, int exp)
    {
        if (nbf == -11)
            exp = -10;
        Refuses(Refusal.RequestObjectNotOfNow, At(nbf, exp));
    }

    [Theory]
    [InlineData(8, 60)]
    [InlineData(0, 3600)]
    [InlineData(-3590, 10)]
    [InlineData(-60, -8)]
    public void Clocks_may_differ_by_ten_seconds_and_an_object_may_live_an_hour(int nbf, int exp) => Given.Allowed(Decide(At(nbf, exp)));

    [Fact]
    public void Without_a_beginning_the_end_is_an_hour_ahead_at_most() =>
        Assert.Equal(Refusal.RequestObjectNotOfNow, Given.Refused(Decide(Merged("""{"exp":99999999999999}""", "nbf"), client: Given.Client())));

    [Theory]
    [InlineData("oauth-authz-req+jwt", true)]
    [InlineData("application/oauth-authz-req+jwt", true)]
    [InlineData("JWT", false)]
    [InlineData("at+jwt", false)]
    [InlineData("dpop+jwt", false)]
    public void Its_type_says_what_it_is_or_nothing(string typ, bool isFine) =>
        Assert.Equal(isFine, Decide(Claims(), typ: typ) is Decision<RequestObject>.Allowed);

    [Fact]
    public void An_object_without_a_type_is_one() => Given.Allowed(RequestObjectRules.Decide(Untyped(Claims()), Signer, Keys, Given.Issuer, Given.Now));

    [Fact]
    public void Refuses_a_signature_of_anyone_else()
    {
        using var stranger = SigningKey.Generate(SignatureAlgorithm.ES256);
        Refuses(Refusal.RequestObjectInvalid, Claims(), stranger);
        Assert.Equal(Refusal.RequestObjectInvalid, Given.Refused(RequestObjectRules.Decide(Sign(Claims(), Key), Signer, new JsonWebKeySet([]), Given.Issuer, Given.Now)));
        Assert.Equal(Refusal.RequestObjectInvalid, Given.Refused(RequestObjectRules.Decide("garbage", Signer, Keys, Given.Issuer, Given.Now)));
    }

    [Fact]
    public void Refuses_an_algorithm_that_the_client_did_not_register()
    {
        var client = Signer with { RequestObjectSigningAlg = SignatureAlgorithm.ES256 };
        Given.Allowed(Decide(Claims(), client: client));
        Assert.Equal(Refusal.RequestObjectInvalid, Given.Refused(Decide(Claims(), Rsa, client)));
        Given.Allowed(Decide(Claims(), Rsa));
    }

    [Fact]
    public void What_is_not_signed_is_not_supported_and_wrong_where_the_client_said_that_it_signs()
    {
        var unsigned = Encode("""{"alg":"none"}""") + "." + Encode(Claims().ToJsonString()) + ".";
        Assert.Equal(Refusal.RequestObjectUnsigned, Given.Refused(RequestObjectRules.Decide(unsigned, Given.Client(), Keys, Given.Issuer, Given.Now)));
        Assert.Equal(Refusal.RequestObjectInvalid, Given.Refused(RequestObjectRules.Decide(unsigned, Signer, Keys, Given.Issuer, Given.Now)));
    }

    [Fact]
    public void It_comes_by_value_or_from_an_address_that_this_client_registered()
    {
        var client = Given.Client() with { RequestUris = ["https://app.example/request.jwt"] };
        Assert.Equal("a.b.c", Given.Allowed(RequestObjectRules.Find(Given.Parameters("request=a.b.c"), client)).Jwt);
        Assert.Equal("https://app.example/request.jwt", Given.Allowed(RequestObjectRules.Find(Given.Parameters("request_uri=https://app.example/request.jwt"), client)).Uri);
        Assert.Equal(Refusal.RequestObjectTwice, Given.Refused(RequestObjectRules.Find(Given.Parameters("request=a&request_uri=b"), client)));
        Assert.Equal(Refusal.RequestUriUnsupported, Given.Refused(RequestObjectRules.Find(Given.Parameters("request_uri=https://app.example/request.jwt"), Given.Client())));
    }

    [Theory]
    [InlineData("https://app.example/request.jwt?x=1")]
    [InlineData("https://app.example/Request.jwt")]
    [InlineData("https://app.example/request.jwt%23x")]
    [InlineData("https://app.example@evil.example/request.jwt")]
    [InlineData("http://169.254.169.254/")]
    public void Refuses_to_look_anywhere_else(string uri)
    {
        var client = Given.Client() with { RequestUris = ["https://app.example/request.jwt"] };
        Assert.Equal(Refusal.RequestUriNotRegistered, Given.Refused(RequestObjectRules.Find(Given.Parameters("request_uri=" + uri), client)));
    }

    [Fact]
    public void Of_what_comes_beside_it_nothing_counts()
    {
        var beside = Given.Parameters("client_id=app&state=other&redirect_uri=https://app.example/cb&scope=openid+email&prompt=none&request=x");
        var decision = AuthorizationRules.Decide(Decide(Claims()), beside, Known(Signer), Given.Now);
        var request = Assert.IsType<AuthorizationDecision.Accepted>(decision).Request;
        Assert.Equal(("s1", "openid notes.read", false), (request.ReturnAddress.State, request.Access.Scope.ToString(), request.SignIn.Prompt.None));
    }

    [Fact]
    public void A_state_outside_alone_is_not_given_back()
    {
        var decision = AuthorizationRules.Decide(Decide(Claims(c => c.Remove("state"))), Given.Parameters("client_id=app&state=outside&request=x"), Known(Signer), Given.Now);
        Assert.Null(Assert.IsType<AuthorizationDecision.Accepted>(decision).Request.ReturnAddress.State);
    }

    [Fact]
    public void A_bad_object_is_told_to_the_client_where_the_address_beside_it_is_the_clients_own()
    {
        var bad = Decide(Claims(c => c["aud"] = "other"));
        var told = AuthorizationRules.Decide(bad, Given.Parameters("client_id=app&redirect_uri=https://app.example/cb&state=s&request=x"), Known(Signer), Given.Now);
        Assert.Equal((Refusal.RequestObjectForAnother, "s"), (told.ReasonOrNull, Assert.IsType<AuthorizationDecision.RedirectError>(told).ReturnAddress.State));
        var onPage = AuthorizationRules.Decide(bad, Given.Parameters("client_id=app&redirect_uri=https://evil.example/&request=x"), Known(Signer), Given.Now);
        Assert.Equal(Refusal.RedirectUriNotRegistered, Assert.IsType<AuthorizationDecision.PageError>(onPage).Reason);
    }

    [Theory]
    [InlineData("request")]
    [InlineData("request_uri")]
    public void Refuses_an_object_within_an_object(string name) =>
        Assert.Equal(
            Refusal.RequestObjectNested,
            AuthorizationRules.Decide(Decide(Claims(c => c[name] = "x")), Given.Parameters("client_id=app&request=x"), Known(Signer), Given.Now).ReasonOrNull);

    [Fact]
    public void Whatever_text_is_signed_is_the_parameter_to_the_letter_or_refused() =>
        Prop.ForAll<NonEmptyString, string>((name, value) =>
        {
            if (name.Get is "iss" or "aud" or "exp" or "nbf" or "iat" or "jti" or "sub" or "client_id" || (name.Get + value).Any(char.IsSurrogate))
                return true; // half a pair can't be written as JSON
            return Decide(Claims(c => c[name.Get] = value)) is not Decision<RequestObject>.Allowed { Value: var opened }
                || opened.Parameters[name.Get] == (string.IsNullOrEmpty(value) ? null : value);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Refuses_what_is_not_signed_of_a_client_that_signs_pushed_or_not()
    {
        var plain = string.Join('&', Claims().Where(c => c.Key is not ("iss" or "aud" or "exp" or "nbf" or "jti")).Select(c => $"{c.Key}={Uri.EscapeDataString(c.Value!.GetValue<string>())}"));
        Assert.Equal(Refusal.RequestObjectRequired, AuthorizationRules.Decide(Given.Parameters(plain), Known(Signer), Given.Now).ReasonOrNull);
        var pushed = PushedAuthorizationRules.Decide(Given.Parameters(plain), null, Given.Authenticated(Signer), Known(Signer), Given.Now);
        Assert.Equal(Refusal.RequestObjectRequired, Given.Refused(pushed));
    }

    [Fact]
    public void A_pushed_object_is_all_that_counts_of_its_form()
    {
        var opened = Given.Allowed(Decide(Claims()));
        var pushed = Given.Allowed(PushedAuthorizationRules.Decide(
            Given.Parameters("client_id=app&request=x&state=other&scope=email"), opened, Given.Authenticated(Signer), Known(Signer), Given.Now));
        Assert.Equal(("s1", "openid notes.read", true), (pushed.Parameters["state"], pushed.Parameters["scope"], pushed.IsSigned));
    }

    private static JsonObject Claims(Action<JsonObject>? edit = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = "app",
            ["aud"] = Given.Issuer,
            ["exp"] = Given.Now.ToUnixTimeSeconds() + 60,
            ["nbf"] = Given.Now.ToUnixTimeSeconds(),
            ["jti"] = "j1",
            ["client_id"] = "app",
            ["redirect_uri"] = "https://app.example/cb",
            ["response_type"] = "code",
            ["scope"] = "openid notes.read",
            ["state"] = "s1",
            ["code_challenge"] = Given.CodeChallenge,
            ["code_challenge_method"] = "S256",
        };
        edit?.Invoke(claims);
        return claims;
    }

    private static JsonObject Merged(string more, string? without = null) => Claims(c =>
    {
        foreach (var (name, value) in JsonNode.Parse(more)!.AsObject())
            c[name] = value?.DeepClone();
        if (without is not null)
            c.Remove(without);
    });

    private static JsonObject At(int nbf, int exp) => Claims(c => (c["nbf"], c["exp"]) = (Given.Now.ToUnixTimeSeconds() + nbf, Given.Now.ToUnixTimeSeconds() + exp));

    private static string Sign(JsonObject claims, SigningKey key, string typ = RequestObjectRules.Typ) => Jws.Sign(key, typ, JsonSerializer.SerializeToUtf8Bytes(claims));

    private static string Untyped(JsonObject claims)
    {
        var input = Encode($$"""{"alg":"ES256","kid":"{{Key.Kid}}"}""") + "." + Encode(claims.ToJsonString());
        Span<byte> signature = stackalloc byte[Key.SignatureLength];
        Key.Sign(Encoding.ASCII.GetBytes(input), signature);
        return input + "." + CanonicalBase64Url.Encode(signature);
    }

    private static string Encode(string text) => CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(text));

    private static Decision<RequestObject> Decide(JsonObject claims, SigningKey? key = null, Client? client = null, string typ = RequestObjectRules.Typ) =>
        RequestObjectRules.Decide(Sign(claims, key ?? Key, typ), client ?? Signer, Keys, Given.Issuer, Given.Now);

    private static void Refuses(Refusal reason, JsonObject claims, SigningKey? key = null) => Assert.Equal(reason, Given.Refused(Decide(claims, key)));

    private static AuthorizationRules.Known Known(Client client) => new(client, [Given.NotesApi(), Given.FilesApi()], Given.Jwks, Given.Issuer);
}
