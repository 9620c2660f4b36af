using System.Net;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Server.Tests.Endpoints.Revocation;

public sealed class RevocationEndpointTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_refresh_token_takes_its_whole_family_along()
    {
        foreach (var client in new[] { SignedIn.App, SignedIn.Spa })
        {
            var tokens = await _signedIn.TokensAsync(client);

            var answer = await RevokeAsync(client, tokens.RefreshToken);

            Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Text));
            Assert.Equal("no-store", answer.Header("Cache-Control"));
            Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(client, tokens.RefreshToken)).Error);
            Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(tokens.AccessToken)).Status);
        }
    }

    [Fact]
    public async Task An_access_token_goes_alone()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        var second = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);

        Assert.Equal(HttpStatusCode.OK, (await RevokeAsync(SignedIn.App, first.AccessToken)).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(first.AccessToken)).Status);
        Assert.Equal("False", (await _signedIn.IntrospectAsync(SignedIn.Api, first.AccessToken))["active"]);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.UserInfoAsync(second.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.RefreshAsync(SignedIn.App, second.RefreshToken)).Status);
    }

    [Fact]
    public async Task A_client_revokes_what_it_got_on_its_own_behalf()
    {
        var token = (await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"), ("scope", "notes.read"))).AccessToken;
        Assert.Equal("True", (await _signedIn.IntrospectAsync(SignedIn.Api, token))["active"]);
        Assert.Equal(HttpStatusCode.OK, (await RevokeAsync(SignedIn.Machine, token)).Status);
        Assert.Equal("False", (await _signedIn.IntrospectAsync(SignedIn.Api, token))["active"]);
    }

    [Fact]
    public async Task Nothing_of_another_client_ends()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        foreach (var token in new[] { tokens.RefreshToken, tokens.AccessToken })
        {
            foreach (var other in new[] { SignedIn.Spa, SignedIn.Api })
            {
                var answer = await RevokeAsync(other, token);
                Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Status, answer.Error));
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await _signedIn.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken)).Status);
    }

    [Fact]
    public async Task What_is_unknown_or_already_revoked_is_fine()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        foreach (var token in new[] { "unknown", tokens.AccessToken, tokens.AccessToken, tokens.RefreshToken, tokens.RefreshToken })
            Assert.Equal(HttpStatusCode.OK, (await RevokeAsync(SignedIn.App, token)).Status);
    }

    [Fact]
    public async Task A_hint_may_be_wrong_or_unheard_of()
    {
        foreach (var hint in new[] { "access_token", "saml_token" })
        {
            var tokens = await _signedIn.TokensAsync(SignedIn.App);
            Assert.Equal(HttpStatusCode.OK, (await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", tokens.RefreshToken), ("token_type_hint", hint))).Status);
            Assert.Equal("invalid_grant", (await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken)).Error);
        }
    }

    [Fact]
    public async Task Who_revokes_has_to_prove_who_it_is_and_name_a_token()
    {
        var withoutSecret = SignedIn.App with { TokenEndpointAuthMethod = ClientAuthenticationMethod.None };
        Assert.Equal(HttpStatusCode.Unauthorized, (await RevokeAsync(withoutSecret, "token")).Status);
        var answer = await _signedIn.PostAsync("/revoke", SignedIn.App, ("token_type_hint", "refresh_token"));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (answer.Status, answer.Error));
    }

    private Task<Answer> RevokeAsync(Client client, string token) => _signedIn.PostAsync("/revoke", client, ("token", token));
}
