using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class JwtBearerRulesTests
{
    private static readonly TrustedIssuer Partner = new() { Issuer = "https://partner.example", JwksUri = "https://partner.example/jwks", Clients = ["app"], Scope = ScopeSet.Of(["notes.read", "files.read"]) };

    private static readonly Client Client = Given.ConfidentialClient() with { GrantTypes = [GrantTypes.JwtBearer], RedirectUris = [], Scope = ScopeSet.Of(["notes.read", "notes.write", "files.read"]) };

    [Fact]
    public void Reads_whose_keys_must_verify_it()
    {
        Assert.Equal((Partner.Issuer, Given.SigningKey.Kid), JwtBearerRules.IssuerOf(Request(Assertion())));
        Assert.Null(JwtBearerRules.IssuerOf(Request("no-jwt")));
    }

    [Fact]
    public void Accepts_an_assertion_for_this_server_alone_that_is_soon_over()
    {
        var assertion = Given.Allowed(Verify(Assertion()));
        Assert.Equal(("partner-7", "j1", Given.Now.AddMinutes(5) + JwtBearerRules.ClockSkew), (assertion.Subject, assertion.Jti, assertion.ExpiresAt));
        Given.Allowed(Verify(Assertion(c => c["aud"] = Given.Issuer + "/token")));
        Given.Allowed(Verify(Assertion(c => c["aud"] = new JsonArray(Given.Issuer))));
    }

    [Fact]
    public void Takes_the_user_name_from_the_claim_that_was_registered()
    {
        var byName = Partner with { UsernameClaim = "preferred_username" };
        Assert.Equal("alice", Given.Allowed(Verify(Assertion(c => c["preferred_username"] = "alice"), byName)).Subject);
        Assert.Equal(Refusal.AssertionInvalid, Given.Refused(Verify(Assertion(), byName)));
    }

    [Fact]
    public void Refuses_an_issuer_that_nobody_trusts_or_not_for_this_client()
    {
        Assert.Equal(Refusal.AssertionIssuerUnknown, Given.Refused(JwtBearerRules.Verify(Request(Assertion()), Given.Authenticated(Client), null, Given.Jwks, [Given.Issuer], Given.Now)));
        Assert.Equal(Refusal.AssertionNotForClient, Given.Refused(Verify(Assertion(), Partner with { Clients = ["other"] })));
    }

    public static TheoryData<string, Refusal> Faults() => new()
    {
        { """{"iss":"https://other.example"}""", Refusal.AssertionInvalid },
        { """{"exp":1}""", Refusal.AssertionInvalid },
        { """{"nbf":4102444800}""", Refusal.AssertionInvalid },
        { """{"jti":""}""", Refusal.AssertionInvalid },
        { """{"jti":7}""", Refusal.AssertionInvalid },
        { """{"sub":null}""", Refusal.AssertionInvalid },
        { """{"aud":"https://other.example"}""", Refusal.AssertionAudienceMismatch },
        { """{"aud":["https://issuer.example","https://other.example"]}""", Refusal.AssertionAudienceMismatch },
        { """{"exp":1767272500}""", Refusal.AssertionLifetimeTooLong },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Refuses_an_assertion_with_a_fault(string changes, Refusal reason) => Assert.Equal(reason, Given.Refused(Verify(Assertion(claims =>
    {
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
            claims[name] = value?.DeepClone();
    }))));

    [Fact]
    public void Refuses_a_signature_of_another_key_another_type_and_a_subject_without_end()
    {
        Assert.Equal(Refusal.AssertionInvalid, Given.Refused(Verify(Assertion(key: SigningKey.Generate(SignatureAlgorithm.ES256)))));
        Assert.Equal(Refusal.AssertionInvalid, Given.Refused(Verify(Assertion(typ: "at+jwt"))));
        Assert.Equal(Refusal.AssertionInvalid, Given.Refused(Verify(Assertion(c => c["sub"] = new string('a', 129)))));
    }

    [Fact]
    public void Gives_an_access_token_about_the_person_and_nothing_else()
    {
        var plan = Given.Allowed(Decide("&scope=notes.read"));

        Assert.Null(plan.RefreshToken);
        Assert.Null(plan.IdToken);
        var family = plan.AccessToken.Family!;
        Assert.Equal((Given.UserId, "app", Given.FamilyId), (family.UserId, family.ClientId, family.FamilyId));
        Assert.Null(family.SessionId);
        Assert.Equal((plan.AccessToken.ExpiresAt, "notes.read"), (family.ExpiresAt, family.Scope.ToString()));
        Assert.DoesNotContain("auth_time", Given.Claims(AccessToken.Sign(plan.AccessToken, Given.SigningKey, Given.Issuer, "jti")).Names());
    }

    [Theory]
    [InlineData("&scope=notes.write", Refusal.ScopeNotAllowed)]
    [InlineData("", Refusal.SeveralResources)]
    [InlineData("&resource=https://other.example", Refusal.ResourceNotAllowed)]
    [InlineData("&scope=notes.read&resource=https://files.example", Refusal.ScopeNotAllowed)]
    public void Refuses_what_issuer_and_client_together_may_not_have(string form, Refusal reason) => Assert.Equal(reason, Given.Refused(Decide(form)));

    [Fact]
    public void Refuses_a_subject_who_is_nobody_here_or_may_not_sign_in()
    {
        Assert.Equal(Refusal.AssertionSubjectUnknown, Given.Refused(Decide("", user: null)));
        Assert.Equal(Refusal.AssertionSubjectUnknown, Given.Refused(Decide("", Given.User() with { IsActive = false })));
    }

    [Fact]
    public void All_causes_have_one_answer() => Assert.Single(
        new[]
        {
            Refusal.AssertionIssuerUnknown, Refusal.AssertionNotForClient, Refusal.AssertionInvalid, Refusal.AssertionAudienceMismatch, Refusal.AssertionLifetimeTooLong,
            Refusal.AssertionReplayed, Refusal.AssertionSubjectUnknown,
        }.Select(Refusals.Of).DistinctBy(answer => (answer.Error, answer.Status, answer.Description)));

    private static Decision<TokenPlan> Decide(string form) => Decide(form, Given.User());

    private static Decision<TokenPlan> Decide(string form, UserClaims? user) => JwtBearerRules.Decide(
        Request(Assertion(), form), Given.Authenticated(Client), Given.Allowed(Verify(Assertion())), new AssertedSubject(user), [Given.NotesApi(), Given.FilesApi()], Given.FamilyId, Given.Now);

    private static Decision<VerifiedAssertion> Verify(string assertion, TrustedIssuer? issuer = null) =>
        JwtBearerRules.Verify(Request(assertion), Given.Authenticated(Client), issuer ?? Partner, Given.Jwks, [Given.Issuer, Given.Issuer + "/token"], Given.Now);

    private static TokenRequest.JwtBearer Request(string assertion, string form = "") =>
        Given.TokenRequest<TokenRequest.JwtBearer>($"grant_type={GrantTypes.JwtBearer}&assertion={assertion}{form}", Client);

    private static string Assertion(Action<JsonObject>? change = null, SigningKey? key = null, string typ = "JWT")
    {
        var claims = new JsonObject
        {
            ["iss"] = Partner.Issuer,
            ["sub"] = "partner-7",
            ["aud"] = Given.Issuer,
            ["jti"] = "j1",
            ["exp"] = NumericDate.From(Given.Now.AddMinutes(5)),
        };
        change?.Invoke(claims);
        return Jws.Sign(key ?? Given.SigningKey, typ, Encoding.UTF8.GetBytes(claims.ToJsonString()));
    }
}
