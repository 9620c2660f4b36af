using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Introspection;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Introspection;

public sealed class SignedIntrospectionResponseTests
{
    private static readonly Client Api = Given.ConfidentialClient() with { ClientId = "notes-api", GrantTypes = [], Introspects = ["https://notes.example"] };

    [Fact]
    public void It_is_a_JWT_of_its_own_type_for_who_asked_and_carries_the_very_answer()
    {
        var response = Active();
        var claims = Given.Claims(Sign(response));

        Assert.Equal(["iss", "aud", "iat", "token_introspection"], claims.Names());
        Assert.Equal((Given.Issuer, "notes-api"), (claims.GetProperty("iss").GetString(), claims.GetProperty("aud").GetString()));
        Assert.Equal(Given.Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(Given.Written(json => IntrospectionResponse.Write(json, response)).GetRawText(), claims.GetProperty("token_introspection").GetRawText());
    }

    [Fact]
    public void Of_a_token_that_is_not_active_it_says_that_alone() =>
        Assert.Equal("""{"active":false}""", Given.Claims(Sign(null)).GetProperty("token_introspection").GetRawText());

    [Fact]
    public void It_verifies_as_what_it_is_and_as_no_token()
    {
        var jwt = Sign(Active());
        Assert.NotNull(Jws.Verify(jwt, Given.Jwks, "token-introspection+jwt").ValueOrNull);
        Assert.Null(Jws.Verify(jwt, Given.Jwks, "at+jwt").ValueOrNull);
        Assert.Equal(Refusal.BearerTokenInvalid, Given.Refused(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now)));
    }

    private static IntrospectionResponse Active()
    {
        var request = Given.Allowed(IntrospectionRules.Read(Given.Parameters("token=t"), Given.Authenticated(Api)));
        return IntrospectionRules.Decide(
            request, Given.VerifiedAccessToken(), Given.Issuer, new(Given.Client(), Given.Family(), Given.User(), IsRevoked: false), Given.Now)!;
    }

    private static string Sign(IntrospectionResponse? response) =>
        SignedIntrospectionResponse.Sign(response, Given.SigningKey, Given.Issuer, Given.Authenticated(Api), Given.Now);
}
