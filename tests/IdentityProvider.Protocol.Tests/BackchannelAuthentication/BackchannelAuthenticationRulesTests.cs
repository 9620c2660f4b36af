using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.BackchannelAuthentication;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.BackchannelAuthentication;

public sealed class BackchannelAuthenticationRulesTests
{
    private static readonly Client Till = Given.ConfidentialClient() with { GrantTypes = [GrantTypes.Backchannel], RedirectUris = [], BackchannelTokenDeliveryMode = BackchannelDelivery.Poll };

    private static readonly Client Pinged = Till with { BackchannelTokenDeliveryMode = BackchannelDelivery.Ping, BackchannelClientNotificationEndpoint = "https://app.example/ping" };

    [Fact]
    public void Accepts_a_request_with_one_hint()
    {
        var request = Given.Allowed(Read("scope=openid notes.read&login_hint=alice&binding_message=W4SCT&requested_expiry=120&acr_values=urn:idp:1fa"));

        Assert.Equal(("alice", "W4SCT", "urn:idp:1fa", TimeSpan.FromMinutes(2)), (request.LoginHint, request.BindingMessage, request.AcrValues, request.Lifetime));
        Assert.Null(request.NotificationToken);
        var stored = Given.Allowed(BackchannelAuthenticationRules.Decide(request, Given.UserId, Given.FamilyId, Given.Now));
        Assert.Equal((DecoupledKind.Backchannel, DecoupledStatus.Pending, Given.UserId), (stored.Kind, stored.Status, stored.UserId!.Value));
        Assert.Equal(("openid notes.read", Given.Now + TimeSpan.FromMinutes(2)), (stored.Scope.ToString(), stored.ExpiresAt));
    }

    [Theory]
    [InlineData("", 300)]
    [InlineData("&requested_expiry=86400", 600)]
    [InlineData("&requested_expiry=1", 1)]
    public void It_waits_as_long_as_is_asked_for_and_no_longer_than_is_good(string form, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Given.Allowed(Read("scope=openid&login_hint=alice" + form)).Lifetime);

    [Theory]
    [InlineData("scope=openid", Refusal.BackchannelHintNotOne)]
    [InlineData("scope=openid&login_hint=alice&id_token_hint=x", Refusal.BackchannelHintNotOne)]
    [InlineData("scope=openid&login_hint_token=x", Refusal.BackchannelParameterUnsupported)]
    [InlineData("scope=openid&login_hint=alice&request=x", Refusal.BackchannelParameterUnsupported)]
    [InlineData("scope=notes.read&login_hint=alice", Refusal.BackchannelWithoutOpenId)]
    [InlineData("scope=openid notes.admin&login_hint=alice", Refusal.ScopeNotAllowed)]
    [InlineData("scope=openid&login_hint=alice&binding_message=a%0Ab", Refusal.BindingMessageInvalid)]
    [InlineData("scope=openid&login_hint=alice&requested_expiry=0", Refusal.RequestedExpiryMalformed)]
    [InlineData("scope=openid&login_hint=alice&requested_expiry=-5", Refusal.RequestedExpiryMalformed)]
    [InlineData("scope=openid&id_token_hint=x", Refusal.IdTokenHintInvalid)]
    public void Refuses_what_is_no_request(string form, Refusal reason) => Assert.Equal(reason, Given.Refused(Read(form)));

    [Fact]
    public void Refuses_a_message_longer_than_a_screen_and_a_client_that_is_not_registered()
    {
        Assert.Equal(Refusal.BindingMessageInvalid, Given.Refused(Read("scope=openid&login_hint=alice&binding_message=" + new string('a', 101))));
        Assert.Equal(Refusal.GrantTypeNotAllowedForClient, Given.Refused(Read("scope=openid&login_hint=alice", Given.ConfidentialClient())));
    }

    [Fact]
    public void A_client_that_is_told_brings_the_token_to_tell_it_with()
    {
        Assert.Equal("abc.DEF~1", Given.Allowed(Read("scope=openid&login_hint=alice&client_notification_token=abc.DEF~1", Pinged)).NotificationToken);
        Assert.Null(Given.Allowed(Read("scope=openid&login_hint=alice&client_notification_token=abc")).NotificationToken);
        foreach (var token in new[] { "", "&client_notification_token=a%20b", "&client_notification_token=" + new string('a', 1025) })
            Assert.Equal(Refusal.ClientNotificationTokenInvalid, Given.Refused(Read("scope=openid&login_hint=alice" + token, Pinged)));
    }

    [Fact]
    public void An_ID_token_of_the_clients_own_is_a_hint()
    {
        var idToken = IdToken.Sign(Given.Plan().IdToken!, Given.SigningKey, Given.Issuer, "at");
        Assert.Equal(Given.UserId, Given.Allowed(Read($"scope=openid&id_token_hint={idToken}")).Hint!.UserId);
        Assert.Equal(Refusal.IdTokenHintInvalid, Given.Refused(Read($"scope=openid&id_token_hint={idToken}", Till with { ClientId = "other" })));
    }

    [Fact]
    public void Asks_nobody_unknown()
    {
        var request = Given.Allowed(Read("scope=openid&login_hint=alice"));
        Assert.Equal(Refusal.BackchannelUserUnknown, Given.Refused(BackchannelAuthenticationRules.Decide(request, null, Given.FamilyId, Given.Now)));
    }

    [Fact]
    public void A_yes_needs_a_sign_in_that_is_young_and_strong_enough()
    {
        var request = Given.Allowed(BackchannelAuthenticationRules.Decide(
            Given.Allowed(Read("scope=openid&login_hint=alice&acr_values=urn:idp:1fa", Till with { DefaultMaxAge = 60 })), Given.UserId, Given.FamilyId, Given.Now));
        var session = Given.Session() with { Acr = AcrRules.OneFactor };

        Assert.True(BackchannelAuthenticationRules.NeedsSignIn(request, session, Given.Now));
        Assert.False(BackchannelAuthenticationRules.NeedsSignIn(request, session with { AuthTime = Given.Now }, Given.Now.AddMinutes(5)));
        Assert.False(BackchannelAuthenticationRules.NeedsSignIn(request with { MaxAge = null }, session, Given.Now));
        Assert.True(BackchannelAuthenticationRules.NeedsSignIn(request with { MaxAge = null }, session with { Acr = null, Amr = [] }, Given.Now));
        Assert.False(BackchannelAuthenticationRules.NeedsSignIn(request with { MaxAge = null, AcrValues = "urn:other" }, session with { Acr = null, Amr = [] }, Given.Now));
    }

    [Theory]
    [InlineData("urn:idp:2fa", SecondFactorWish.Voluntary)]
    [InlineData("urn:other urn:idp:2fa", SecondFactorWish.Voluntary)]
    [InlineData("urn:idp:2fa urn:idp:1fa", SecondFactorWish.None)]
    [InlineData("urn:idp:1fa", SecondFactorWish.None)]
    [InlineData(null, SecondFactorWish.None)]
    public void Two_factors_are_wished_for_by_the_request_and_required_by_the_client(string? acrValues, SecondFactorWish wish)
    {
        var request = Given.Allowed(BackchannelAuthenticationRules.Decide(
            Given.Allowed(Read("scope=openid&login_hint=alice")), Given.UserId, Given.FamilyId, Given.Now)) with { AcrValues = acrValues };
        Assert.Equal(new SignInNeeds { Wish = wish }, BackchannelAuthenticationRules.NeedsOf(request, Till));
        Assert.Equal(new SignInNeeds { Wish = wish, IsRequiredByClient = true }, BackchannelAuthenticationRules.NeedsOf(request, Till with { RequireMfa = true }));
    }

    [Fact]
    public void The_ID_token_names_the_request_that_it_answers()
    {
        var stored = Given.Allowed(BackchannelAuthenticationRules.Decide(Given.Allowed(Read("scope=openid&login_hint=alice")), Given.UserId, Given.FamilyId, Given.Now));
        var approved = stored with { Status = DecoupledStatus.Approved, AuthTime = Given.Now };
        var asking = Given.TokenRequest<TokenRequest.Decoupled>($"grant_type={GrantTypes.Backchannel}&auth_req_id=the-id", Till);
        var issue = Assert.IsType<DecoupledDecision.Issue>(DecoupledGrantRules.Decide(asking, Given.Authenticated(Till), new DecoupledFacts(approved, Given.User(), []), Given.FamilyId, Given.Now));
        var claims = Given.Claims(IdToken.Sign(issue.Plan.IdToken!, Given.SigningKey, Given.Issuer, "at"));
        Assert.Equal("the-id", claims.GetProperty("urn:openid:params:jwt:claim:auth_req_id").GetString());
        Assert.Equal(Refusal.AuthReqIdMissing, Given.Refused(TokenRequestRules.Read(Given.Parameters($"grant_type={GrantTypes.Backchannel}"), Given.Authenticated(Till), [])));
    }

    private static Decision<BackchannelRequest> Read(string form, Client? client = null) => BackchannelAuthenticationRules.Read(
        Given.Parameters(form), Given.Authenticated(client ?? Till), [Given.NotesApi(), Given.FilesApi()], Given.Jwks, Given.Issuer, Given.Now);
}
