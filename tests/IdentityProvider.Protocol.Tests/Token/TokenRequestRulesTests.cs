using IdentityProvider.Protocol.Token;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class TokenRequestRulesTests
{
    private const string Exchange = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange";
    private const string Subject = "&subject_token=s&subject_token_type=urn:ietf:params:oauth:token-type:access_token";

    private static readonly Protocol.Clients.Client Client = Given.ConfidentialClient() with
    {
        GrantTypes = ["authorization_code", "refresh_token", "client_credentials", Protocol.Clients.GrantTypes.DeviceCode, Protocol.Clients.GrantTypes.TokenExchange, Protocol.Clients.GrantTypes.JwtBearer],
    };

    [Theory]
    [InlineData("", Refusal.GrantTypeMissing)]
    [InlineData("grant_type=", Refusal.GrantTypeMissing)]
    [InlineData("grant_type=password", Refusal.GrantTypeUnsupported)]
    [InlineData("grant_type=Authorization_code&code=c", Refusal.GrantTypeUnsupported)]
    [InlineData("grant_type=authorization_code", Refusal.CodeMissing)]
    [InlineData("grant_type=refresh_token", Refusal.RefreshTokenMissing)]
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:device_code", Refusal.DeviceCodeMissing)]
    [InlineData("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer", Refusal.AssertionMissing)]
    [InlineData(Exchange, Refusal.SubjectTokenMissing)]
    [InlineData(Exchange + "&subject_token=s", Refusal.SubjectTokenTypeUnsupported)]
    [InlineData(Exchange + "&subject_token=s&subject_token_type=urn:ietf:params:oauth:token-type:id_token", Refusal.SubjectTokenTypeUnsupported)]
    [InlineData(Exchange + Subject + "&actor_token=a", Refusal.ActorTokenTypeUnsupported)]
    [InlineData(Exchange + Subject + "&actor_token_type=urn:ietf:params:oauth:token-type:access_token", Refusal.ActorTokenTypeUnsupported)]
    [InlineData(Exchange + Subject + "&actor_token=a&actor_token_type=urn:ietf:params:oauth:token-type:saml2", Refusal.ActorTokenTypeUnsupported)]
    [InlineData(Exchange + Subject + "&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token", Refusal.RequestedTokenTypeUnsupported)]
    [InlineData("grant_type=client_credentials&scope=%22", Refusal.ScopeMalformed)]
    public void Refuses_what_is_no_token_request(string form, Refusal reason) => Assert.Equal(reason, Given.Refused(Read(form)));

    [Fact]
    public void Refuses_a_credential_longer_than_any_of_ours()
    {
        var text = new string('a', 513);
        Assert.Equal(Refusal.CodeUnknown, Given.Refused(Read($"grant_type=authorization_code&code={text}")));
        Assert.Equal(Refusal.RefreshTokenMalformed, Given.Refused(Read($"grant_type=refresh_token&refresh_token={text}")));
        Assert.Equal(Refusal.DecoupledCodeUnknown, Given.Refused(Read($"grant_type={Protocol.Clients.GrantTypes.DeviceCode}&device_code={text}")));
    }

    [Theory]
    [InlineData("authorization_code")]
    [InlineData("refresh_token")]
    [InlineData("client_credentials")]
    public void Refuses_a_grant_type_that_the_client_is_not_registered_for(string grantType)
    {
        var client = Given.Authenticated(Client with { GrantTypes = [.. Client.GrantTypes.Where(name => name != grantType)] });
        var decision = TokenRequestRules.Read(Given.Parameters($"grant_type={grantType}&code=c&refresh_token=r"), client, []);
        Assert.Equal(Refusal.GrantTypeNotAllowedForClient, Given.Refused(decision));
    }

    [Fact]
    public void Reads_a_code_with_what_goes_with_it()
    {
        var request = Assert.IsType<TokenRequest.AuthorizationCode>(
            Given.Allowed(Read("grant_type=authorization_code&code=c&redirect_uri=https://a.example&code_verifier=v&resource=https://one&resource=https://two")));
        Assert.Equal(("c", "https://a.example", "v"), (request.Code, request.RedirectUri, request.CodeVerifier));
        Assert.Equal(["https://one", "https://two"], request.Resources);
    }

    [Fact]
    public void Reads_a_refresh_with_or_without_a_narrower_scope()
    {
        Assert.Null(Assert.IsType<TokenRequest.RefreshToken>(Given.Allowed(Read("grant_type=refresh_token&refresh_token=r"))).Scope);
        var narrowed = Assert.IsType<TokenRequest.RefreshToken>(Given.Allowed(Read("grant_type=refresh_token&refresh_token=r&scope=openid+notes.read")));
        Assert.Equal("openid notes.read", narrowed.Scope!.ToString());
    }

    private static Decision<TokenRequest> Read(string form) => TokenRequestRules.Read(Given.Parameters(form), Given.Authenticated(Client), []);
}
