using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.SharedSignals;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SharedSignals;

public sealed class SharedSignalsTokenRulesTests
{
    private static readonly Client Receiver = Given.ConfidentialClient() with
    {
        ClientId = "receiver",
        Resources = [SharedSignalsApi.IdentifierOf(Given.Issuer)],
        Scope = ScopeSet.Of([SharedSignalsApi.Read, SharedSignalsApi.Manage]),
    };

    [Theory]
    [InlineData("ssf.manage", true, true)]
    [InlineData("ssf.manage", false, true)]
    [InlineData("ssf.read", false, true)]
    [InlineData("ssf.read", true, false)]
    [InlineData("notes.read", false, false)]
    public void A_scope_allows_looking_or_all(string scope, bool manages, bool allowed)
    {
        var decision = Decide(Claims(scope: scope), manages: manages);
        if (allowed)
            Assert.Equal("receiver", Given.Allowed(decision).ClientId);
        else
            Assert.Equal(Refusal.SignalsScopeInsufficient, Given.Refused(decision));
    }

    [Fact]
    public void Refuses_a_scope_that_was_taken_from_the_client_since() =>
        Assert.Equal(Refusal.SignalsScopeInsufficient, Given.Refused(Decide(Claims(), Receiver with { Scope = ScopeSet.Of([SharedSignalsApi.Read]) }, manages: true)));

    [Fact]
    public void Refuses_a_token_for_another_API() => Assert.Equal(Refusal.BearerTokenForAnotherAudience, Given.Refused(Decide(Claims(audience: "https://notes.example"))));

    [Fact]
    public void Refuses_a_token_that_was_revoked() => Assert.Equal(
        Refusal.BearerTokenRevoked, Given.Refused(SharedSignalsTokenRules.Decide(Token(Claims()), Given.Issuer, new AccessTokenFacts(Receiver, null, null, IsRevoked: true), manages: false, Given.Now)));

    [Fact]
    public void Refuses_a_client_that_registered_itself_or_names_the_API_no_more()
    {
        Assert.Equal(Refusal.SignalsClientNotNamed, Given.Refused(Decide(Claims(), Receiver with { RegisteredBy = RegistrationPolicy.OpenId, OperatorMembers = ["resources"] })));
        Assert.Equal(Refusal.SignalsClientNotNamed, Given.Refused(Decide(Claims(), Receiver with { Resources = [] })));
    }

    [Fact]
    public void Refuses_a_token_about_anybody_but_the_client()
    {
        Assert.Equal(Refusal.SignalsByPerson, Given.Refused(Decide(Claims(subject: Given.UserId.ToString("D")))));
        Assert.Equal(Refusal.SignalsByPerson, Given.Refused(Decide(Claims(more: ",\"act\":{\"sub\":\"notes-api\"}"))));
    }

    [Fact]
    public void No_other_API_can_have_its_name()
    {
        Assert.True(BuiltInResources.IsIdentifier(Given.Issuer + "/SSF/", Given.Issuer));
        Assert.True(BuiltInResources.IsIdentifier(Given.Issuer + "/api/admin/v1", Given.Issuer));
        Assert.False(BuiltInResources.IsIdentifier(Given.Issuer + "/ssf/other", Given.Issuer));
        Assert.Equal(2, BuiltInResources.Of(Given.Issuer).Count);
    }

    [Fact]
    public void The_metadata_names_all_that_a_receiver_needs() => Assert.Equal(
        """{"spec_version":"1_0","issuer":"https://issuer.example","jwks_uri":"https://issuer.example/.well-known/jwks.json","delivery_methods_supported":["urn:ietf:rfc:8935","urn:ietf:rfc:8936"],"configuration_endpoint":"https://issuer.example/ssf/streams","status_endpoint":"https://issuer.example/ssf/status","add_subject_endpoint":"https://issuer.example/ssf/subjects/add","remove_subject_endpoint":"https://issuer.example/ssf/subjects/remove","verification_endpoint":"https://issuer.example/ssf/verification","authorization_schemes":[{"spec_urn":"urn:ietf:rfc:6749"}],"default_subjects":"ALL"}""",
        Encoding.UTF8.GetString(SharedSignalsMetadata.Write(Given.Issuer)));

    private static Decision<SignalReceiver> Decide(string claims, Client? client = null, bool manages = false) =>
        SharedSignalsTokenRules.Decide(Token(claims), Given.Issuer, new AccessTokenFacts(client ?? Receiver, null, null, IsRevoked: false), manages, Given.Now);

    private static VerifiedAccessToken Token(string claims) =>
        Given.Allowed(VerifiedAccessToken.Verify(Jws.Sign(Given.SigningKey, AccessToken.Typ, Encoding.UTF8.GetBytes(claims)), Given.Jwks, Given.Issuer, Given.Now));

    private static string Claims(string? audience = null, string scope = "ssf.read ssf.manage", string subject = "receiver", string more = "") =>
        $$"""{"iss":"{{Given.Issuer}}","sub":"{{subject}}","aud":"{{audience ?? SharedSignalsApi.IdentifierOf(Given.Issuer)}}","client_id":"receiver","scope":"{{scope}}","iat":{{Given.Now.ToUnixTimeSeconds()}},"exp":{{Given.Now.ToUnixTimeSeconds() + 300}},"jti":"AAAAAAAAAAAAAAAAAAAAAA"{{more}}}""";
}
