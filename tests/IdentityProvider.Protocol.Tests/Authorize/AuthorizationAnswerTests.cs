using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Authorize;

public sealed class AuthorizationAnswerTests
{
    [Fact]
    public void A_code_comes_with_state_and_issuer() =>
        Assert.Equal("https://app.example/cb?code=c-1&state=a%26b%3D%20c&iss=https%3A%2F%2Fissuer.example",
            AuthorizationAnswer.Code(Address("https://app.example/cb", "a&b= c"), "c-1", null, Given.Issuer).Location);

    [Fact]
    public void The_state_of_the_session_comes_along_where_there_is_one() =>
        Assert.Equal("https://app.example/cb?code=c-1&session_state=hash.salt&state=s&iss=https%3A%2F%2Fissuer.example",
            AuthorizationAnswer.Code(Address("https://app.example/cb", "s"), "c-1", "hash.salt", Given.Issuer).Location);

    [Fact]
    public void So_does_an_error() =>
        Assert.Equal("https://app.example/cb?error=access_denied&error_description=The%20person%20said%20no.&state=s&iss=https%3A%2F%2Fissuer.example",
            AuthorizationAnswer.Error(Address("https://app.example/cb", "s"), Refusal.ConsentDenied, Given.Issuer).Location);

    [Theory]
    [InlineData("https://app.example/cb?tenant=a", "https://app.example/cb?tenant=a&code=c&iss=")]
    [InlineData("https://app.example/cb?", "https://app.example/cb?code=c&iss=")]
    [InlineData("com.example.app:/cb", "com.example.app:/cb?code=c&iss=")]
    public void The_redirect_URIs_own_query_is_kept(string uri, string start) =>
        Assert.StartsWith(start, AuthorizationAnswer.Code(Address(uri, null), "c", null, Given.Issuer).Location, StringComparison.Ordinal);

    private static ReturnAddress Address(string uri, string? state)
    {
        var client = Given.Client() with { RedirectUris = [uri] };
        Assert.True(RedirectUris.Choose(client, uri, isOpenId: true).Try(out var validated, out _));
        return new ReturnAddress(validated, ResponseMode.Query, state);
    }
}
