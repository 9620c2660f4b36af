using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Introspection;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Introspection;

public sealed class IntrospectionRulesTests
{
    private static readonly Client Owner = Given.ConfidentialClient();
    private static readonly Client Api = Given.ConfidentialClient() with { ClientId = "notes-api", GrantTypes = [], Introspects = ["https://notes.example"] };
    private static readonly Client Stranger = Given.ConfidentialClient() with { ClientId = "stranger", Introspects = ["https://files.example"] };
    private static readonly AccessTokenFacts AccessFacts = new(Given.Client(), Given.Family(), Given.User(), IsRevoked: false);
    private static readonly RefreshTokenFacts RefreshFacts = new(Given.Family(), Given.User(), Given.Session(), []);

    [Fact]
    public void An_API_learns_all_of_a_token_that_is_for_it()
    {
        var json = Given.Written(writer => IntrospectionResponse.Write(writer, Access(Api)));

        Assert.Equal(
            ["active", "scope", "client_id", "token_type", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "auth_time", "acr"],
            json.Names());
        Assert.True(json.GetProperty("active").GetBoolean());
        Assert.Equal("openid notes.read", json.GetProperty("scope").GetString());
        Assert.Equal("app", json.GetProperty("client_id").GetString());
        Assert.Equal("Bearer", json.GetProperty("token_type").GetString());
        Assert.Equal(Given.Issuer, json.GetProperty("iss").GetString());
        Assert.Equal(["https://notes.example", Given.Issuer], json.GetProperty("aud").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public void The_username_is_told_where_the_scope_tells_it_anyway()
    {
        var code = Given.Code() with { Scope = ScopeSet.Of(["openid", "profile"]) };
        Assert.Equal("alice", IntrospectionRules.Decide(Ask(Owner), Given.VerifiedAccessToken(code), Given.Issuer, AccessFacts, Given.Now)!.Username);
    }

    [Fact]
    public void An_API_is_told_of_the_person_what_its_tokens_tell_it_and_nobody_else_is()
    {
        Assert.Null(ClaimMapping.Read(new Dictionary<string, string> { ["roles"] = "roles", ["mail"] = "email" }, besideStandardClaims: false, out var mapping));
        var facts = AccessFacts with { User = Given.User() with { Roles = ["staff"] }, Apis = [Given.NotesApi() with { Identifier = "https://notes.example", Claims = mapping }] };
        var json = Told(Api, facts);
        Assert.Equal(["staff"], json.GetProperty("roles").EnumerateArray().Select(name => name.GetString()));
        Assert.False(json.TryGetProperty("mail", out _)); // its scope wasn't granted
        Assert.False(Told(Owner, facts).TryGetProperty("roles", out _));

        Assert.Equal(["https://notes.example"], IntrospectionRules.ApisOf(Ask(Api), Given.VerifiedAccessToken()));
        Assert.Empty(IntrospectionRules.ApisOf(Ask(Owner), Given.VerifiedAccessToken()));

        static System.Text.Json.JsonElement Told(Client caller, AccessTokenFacts facts) => Given.Written(writer => IntrospectionResponse.Write(
            writer, IntrospectionRules.Decide(Ask(caller), Given.VerifiedAccessToken(), Given.Issuer, facts, Given.Now)));
    }

    [Fact]
    public void A_client_learns_of_its_own_tokens()
    {
        Assert.NotNull(Access(Owner));
        Assert.NotNull(IntrospectionRules.Decide(Ask(Owner), Given.ClientsOwnAccessToken(), Given.Issuer, new(Owner, null, null, IsRevoked: false), Given.Now));
    }

    [Fact]
    public void A_refresh_token_is_active_for_its_own_client_while_it_is_the_newest()
    {
        var json = Given.Written(writer => IntrospectionResponse.Write(writer, Refresh(Owner)));

        Assert.Equal(["active", "scope", "client_id", "exp", "iat", "nbf", "sub", "aud", "iss", "auth_time", "acr"], json.Names());
        Assert.Equal(Given.Issuer, json.GetProperty("aud").GetString());
        Assert.Null(Refresh(Owner, generation: 6));
        Assert.Null(Refresh(Owner, generation: 8));
    }

    [Fact]
    public void A_refresh_token_falls_with_what_it_hangs_on()
    {
        RefreshTokenFacts[] fallen =
        [
            RefreshFacts with { Family = null },
            RefreshFacts with { Family = Given.Family() with { EndedAt = Given.Now } },
            RefreshFacts with { Family = Given.Family() with { ExpiresAt = Given.Now } },
            RefreshFacts with { User = Given.User() with { IsActive = false } },
            RefreshFacts with { Session = null },
        ];
        Assert.All(fallen, facts => Assert.Null(Refresh(Owner, facts: facts)));
    }

    [Fact]
    public void Nobody_else_learns_anything()
    {
        Assert.Null(Access(Stranger));
        Assert.Null(Refresh(Stranger));
        Assert.Null(Refresh(Api));
        var json = Given.Written(writer => IntrospectionResponse.Write(writer, null));
        Assert.Equal("""{"active":false}""", json.GetRawText());
    }

    [Fact]
    public void A_token_that_was_revoked_is_not_active() =>
        Assert.Null(IntrospectionRules.Decide(Ask(Api), Given.VerifiedAccessToken(), Given.Issuer, AccessFacts with { IsRevoked = true }, Given.Now));

    [Fact]
    public void Refuses_a_public_client() =>
        Assert.Equal(Refusal.IntrospectionClientNotAllowed, Given.Refused(IntrospectionRules.Read(Given.Parameters("token=t"), Given.Authenticated(Given.PublicClient()))));

    [Fact]
    public void Refuses_a_request_without_a_token() =>
        Assert.Equal(Refusal.IntrospectionTokenMissing, Given.Refused(IntrospectionRules.Read(Given.Parameters("token_type_hint=access_token"), Given.Authenticated(Owner))));

    private static IntrospectionResponse? Access(Client caller) =>
        IntrospectionRules.Decide(Ask(caller), Given.VerifiedAccessToken(), Given.Issuer, AccessFacts, Given.Now);

    private static IntrospectionResponse? Refresh(Client caller, int generation = 7, RefreshTokenFacts? facts = null) =>
        IntrospectionRules.Decide(Ask(caller), Given.RefreshToken(generation), Given.Issuer, facts ?? RefreshFacts, Given.IdleLimit, Given.Now);

    private static IntrospectionRequest Ask(Client caller) =>
        Given.Allowed(IntrospectionRules.Read(Given.Parameters("token=t&token_type_hint=whatever"), Given.Authenticated(caller)));
}
