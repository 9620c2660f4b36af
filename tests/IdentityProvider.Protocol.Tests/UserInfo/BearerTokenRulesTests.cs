using IdentityProvider.Protocol.UserInfo;
using Xunit;

namespace IdentityProvider.Protocol.Tests.UserInfo;

public sealed class BearerTokenRulesTests
{
    [Theory]
    [InlineData("Bearer abc.def-_~+/=", "")]
    [InlineData("bEARER   abc.def-_~+/=", "")]
    [InlineData(null, "access_token=abc.def-_~%2B/=")]
    [InlineData("Basic YTpi", "access_token=abc.def-_~%2B/=")]
    public void Reads_the_header_or_the_body(string? authorization, string form) =>
        Assert.Equal("abc.def-_~+/=", Given.Allowed(BearerTokenRules.Read(authorization, Given.Parameters(form))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    public void Refuses_a_request_without_a_token(string? authorization) =>
        Assert.Equal(Refusal.BearerTokenMissing, Given.Refused(BearerTokenRules.Read(authorization, Parameters.None)));

    [Fact]
    public void Refuses_a_token_in_both_places() =>
        Assert.Equal(Refusal.BearerTokenTwice, Given.Refused(BearerTokenRules.Read("Bearer a", Given.Parameters("access_token=a"))));

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a, Bearer b")]
    [InlineData("Bearer \u00e9")]
    public void Refuses_what_is_no_token(string authorization) =>
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(BearerTokenRules.Read(authorization, Parameters.None)));
}
