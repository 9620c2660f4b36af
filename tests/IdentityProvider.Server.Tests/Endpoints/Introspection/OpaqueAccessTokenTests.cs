using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Endpoints.Introspection;

/// <summary>The tokens of an API with <c>revocation: introspection</c>, over HTTP.</summary>
public sealed class OpaqueAccessTokenTests : IAsyncLifetime
{
    private const string Inactive = """{"active":false}""";

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        var resources = _signedIn.Server.Get<Resources>();
        var notes = (await resources.FindAsync(SignedIn.NotesApi, SignedIn.Cancellation))!;
        Assert.True(await resources.UpdateAsync(notes with { Revocation = RevocationStyle.Introspection }, TimeProvider.System.GetUtcNow(), SignedIn.Cancellation));
    }

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_token_of_such_an_API_is_opaque_and_all_else_of_the_answer_stays()
    {
        var answer = await _signedIn.TokensAsync(SignedIn.App);

        Assert.DoesNotContain('.', answer.AccessToken);
        Assert.InRange(answer.AccessToken.Length, 200, 700);
        Assert.Equal(("Bearer", "900", "openid notes.read"), (answer["token_type"], answer["expires_in"], answer["scope"]));
        Assert.Equal(2, answer["id_token"]!.Count(c => c == '.'));
    }

    [Fact]
    public async Task The_API_learns_of_it_what_it_would_have_learnt_of_a_JWT()
    {
        var answer = await _signedIn.IntrospectAsync(SignedIn.Api, (await _signedIn.TokensAsync(SignedIn.App)).AccessToken);

        Assert.Equal(
            ["active", "scope", "client_id", "token_type", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "auth_time", "acr"],
            answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal((_signedIn.UserId.ToString("D"), "app", "Bearer"), (answer["sub"], answer["client_id"], answer["token_type"]));
    }

    [Fact]
    public async Task A_machines_is_opaque_too()
    {
        var token = (await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).AccessToken;

        Assert.DoesNotContain('.', token);
        var answer = await _signedIn.IntrospectAsync(SignedIn.Api, token);
        Assert.Equal(("machine", "machine", SignedIn.NotesApi), (answer["sub"], answer["client_id"], answer["aud"]));
        Assert.Equal(HttpStatusCode.OK, (await _signedIn.PostAsync("/revoke", SignedIn.Machine, ("token", token))).Status);
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, token)).Text);
    }

    [Fact]
    public async Task UserInfo_takes_it_and_a_revocation_ends_it_there_too()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App, "openid profile notes.read");
        Assert.Equal("Alice Adams", (await _signedIn.UserInfoAsync(tokens.AccessToken))["name"]);

        Assert.Equal(HttpStatusCode.OK, (await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", tokens.AccessToken))).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(tokens.AccessToken)).Status);
        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, tokens.AccessToken)).Text);
    }

    [Fact]
    public async Task A_refresh_gives_another_and_an_expired_one_is_not_active()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        var second = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);
        Assert.NotEqual(first.AccessToken, second.AccessToken);

        foreach (var token in new[] { first.AccessToken, second.AccessToken })
            Assert.Equal("True", (await _signedIn.IntrospectAsync(SignedIn.Api, token))["active"]);
        _signedIn.Server.Clock.Advance(TimeSpan.FromMinutes(15));
        foreach (var token in new[] { first.AccessToken, second.AccessToken })
            Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, token)).Text);
    }

    [Fact]
    public async Task An_API_learns_of_its_own_resource_alone()
    {
        var elsewhere = SignedIn.Api with { ClientId = "files-api", Introspects = ["https://files.example"] };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(elsewhere, SignedIn.Cancellation));

        Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(elsewhere, (await _signedIn.TokensAsync(SignedIn.App)).AccessToken)).Text);
    }

    [Fact]
    public async Task What_was_changed_or_made_up_is_not_active()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        string[] others = [token[..^4], token + "AAAA", token[..10] + (token[10] == 'A' ? 'B' : 'A') + token[11..], new('A', 400)];
        foreach (var other in others)
        {
            Assert.Equal(Inactive, (await _signedIn.IntrospectAsync(SignedIn.Api, other)).Text);
            Assert.Equal(HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(other)).Status);
        }
    }

    [Fact]
    public async Task Without_an_API_a_token_stays_a_JWT() =>
        Assert.Equal(2, (await _signedIn.TokensAsync(SignedIn.App, "openid profile")).AccessToken.Count(c => c == '.'));

    [Fact]
    public async Task A_client_that_was_made_for_two_kinds_of_API_gets_each_its_own()
    {
        Assert.True(await _signedIn.Server.Get<Resources>().AddAsync(
            new Resource { Identifier = "https://files.example", Name = "Files", Scopes = [new("files.read")], Revocation = RevocationStyle.Expiry }, SignedIn.Cancellation));
        var machine = SignedIn.Machine with { ClientId = "both", Resources = [SignedIn.NotesApi, "https://files.example"], Scope = ScopeSet.Of(["notes.read", "files.read"]) };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(machine, SignedIn.Cancellation));

        foreach (var (scope, dots) in new[] { ("notes.read", 0), ("files.read", 2) })
        {
            var token = (await _signedIn.PostAsync("/token", machine, ("grant_type", GrantTypes.ClientCredentials), ("scope", scope))).AccessToken;
            Assert.Equal(dots, token.Count(c => c == '.'));
        }
    }
}
