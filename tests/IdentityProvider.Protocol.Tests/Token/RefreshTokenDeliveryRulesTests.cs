using IdentityProvider.Protocol.Token;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class RefreshTokenDeliveryRulesTests
{
    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://two.example")]
    public void Browser_code_asks_from_an_origin_of_its_own(string origin) => Assert.Null(RefreshTokenDeliveryRules.RefuseOrigin(Given.BrowserClient(), origin));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Refuses_browser_code_that_names_no_origin(string? origin) =>
        Assert.Equal(Refusal.OriginMissing, RefreshTokenDeliveryRules.RefuseOrigin(Given.BrowserClient(), origin));

    [Theory]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    [InlineData("http://app.example")]
    [InlineData("https://app.example:443")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example.evil.example")]
    [InlineData("https://APP.example")]
    [InlineData("https://app.example,https://two.example")]
    [InlineData("https://app.example https://two.example")]
    [InlineData("*")]
    public void Refuses_any_other_origin(string origin) =>
        Assert.Equal(Refusal.OriginNotAllowed, RefreshTokenDeliveryRules.RefuseOrigin(Given.BrowserClient(), origin));

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    public void Where_no_cookie_counts_no_origin_is_asked_for(string? origin)
    {
        Assert.Null(RefreshTokenDeliveryRules.RefuseOrigin(Given.ConfidentialClient(), origin));
        Assert.Null(RefreshTokenDeliveryRules.RefuseOrigin(Given.PublicClient(), origin));
    }

    [Fact]
    public void Browser_code_has_its_token_in_one_cookie_alone()
    {
        var client = Given.BrowserClient();
        Assert.Equal("kept", Given.Allowed(RefreshTokenDeliveryRules.Choose(client, null, ["kept"])));
        Assert.Equal(Refusal.RefreshTokenMissing, Given.Refused(RefreshTokenDeliveryRules.Choose(client, null, [])));
        Assert.Equal(Refusal.RefreshTokenCookieRepeated, Given.Refused(RefreshTokenDeliveryRules.Choose(client, null, ["kept", "tossed"])));
        Assert.Equal(Refusal.RefreshTokenCookieRepeated, Given.Refused(RefreshTokenDeliveryRules.Choose(client, null, ["same", "same"])));
        Assert.Equal(Refusal.RefreshTokenInBody, Given.Refused(RefreshTokenDeliveryRules.Choose(client, "leaked", [])));
        Assert.Equal(Refusal.RefreshTokenInBody, Given.Refused(RefreshTokenDeliveryRules.Choose(client, "kept", ["kept"])));
    }

    [Fact]
    public void Every_other_client_has_it_in_the_body_alone()
    {
        var client = Given.PublicClient();
        Assert.Equal("shown", Given.Allowed(RefreshTokenDeliveryRules.Choose(client, "shown", ["kept"])));
        Assert.Equal(Refusal.RefreshTokenMissing, Given.Refused(RefreshTokenDeliveryRules.Choose(client, null, ["kept"])));
    }

    [Theory]
    [InlineData(Refusal.RefreshTokenReused, true)]
    [InlineData(Refusal.RefreshTokenFamilyEnded, true)]
    [InlineData(Refusal.SessionEnded, true)]
    [InlineData(Refusal.ScopeExceedsGrant, false)]
    [InlineData(Refusal.RefreshTokenInBody, false)]
    [InlineData(Refusal.RefreshTokenCookieRepeated, false)]
    public void A_cookie_goes_when_its_token_will_never_be_good_again(Refusal reason, bool goes) => Assert.Equal(goes, RefreshTokenDeliveryRules.IsOver(reason));
}
