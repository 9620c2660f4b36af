using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Endpoints.Token;

public sealed class TokenExchangeTests : IAsyncLifetime
{
    private const string FilesApi = "https://files.example";

    private static readonly Client Gateway = SignedIn.App with
    {
        ClientId = "gateway",
        GrantTypes = [GrantTypes.TokenExchange],
        RedirectUris = [],
        Scope = ScopeSet.Of(["notes.read", "files.read"]),
        Resources = [SignedIn.NotesApi, FilesApi],
        Introspects = [FilesApi],
        TokenExchange = new() { SubjectAudiences = [SignedIn.NotesApi], Resources = [FilesApi], Scope = "files.read", Delegation = true },
    };

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        await _signedIn.Server.Get<Resources>().AddAsync(new Resource { Identifier = FilesApi, Name = "Files", Scopes = [new("files.read")] }, SignedIn.Cancellation);
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(Gateway, SignedIn.Cancellation));
    }

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task A_gateway_goes_on_to_the_next_API_for_the_person()
    {
        var answer = await ExchangeAsync((await _signedIn.TokensAsync(SignedIn.App)).AccessToken);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["access_token", "token_type", "expires_in", "scope", "issued_token_type"], answer.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal((TokenExchangeRules.AccessTokenType, "Bearer", "files.read"), (answer["issued_token_type"], answer["token_type"], answer["scope"]));
        var seen = await _signedIn.IntrospectAsync(Gateway, answer.AccessToken);
        Assert.Equal((_signedIn.UserId.ToString("D"), "gateway", FilesApi), (seen["sub"], seen["client_id"], seen["aud"]));
        Assert.Equal("""{"sub":"gateway"}""", seen.Json.GetProperty("act").GetRawText());
    }

    [Fact]
    public async Task Whatever_ends_the_sign_in_ends_what_was_exchanged_and_sets_its_bit()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        var exchanged = await ExchangeAsync(tokens.AccessToken);
        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", tokens.RefreshToken));

        Assert.Equal("False", (await _signedIn.IntrospectAsync(Gateway, exchanged.AccessToken))["active"]);
        Assert.True(await IsSetAsync(exchanged.AccessToken));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), await ErrorAsync(tokens.AccessToken));
    }

    [Fact]
    public async Task The_end_of_the_client_that_exchanged_ends_them_too()
    {
        var exchanged = await ExchangeAsync((await _signedIn.TokensAsync(SignedIn.App)).AccessToken);
        await _signedIn.Server.Get<Clients>().RevokeTokensAsync(Gateway.ClientId, _signedIn.Server.Clock.GetUtcNow(), SignedIn.Cancellation);

        Assert.Equal("False", (await _signedIn.IntrospectAsync(Gateway, exchanged.AccessToken))["active"]);
        Assert.True(await IsSetAsync(exchanged.AccessToken));
    }

    [Fact]
    public async Task Many_exchanges_write_no_row_each()
    {
        var subject = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        for (var i = 0; i < 30; i++)
            Assert.Equal(HttpStatusCode.OK, (await ExchangeAsync(subject)).Status);
        await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        Assert.Equal(1, await db.StatusBlocks.CountAsync(b => b.ClientId == "gateway", SignedIn.Cancellation));
        Assert.Equal(1, await db.TokenFamilies.CountAsync(SignedIn.Cancellation));
    }

    [Fact]
    public async Task Refuses_a_client_without_the_grant_and_a_token_that_is_none()
    {
        var subject = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        Assert.Equal("unauthorized_client", (await ExchangeAsync(subject, SignedIn.App)).Error);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), await ErrorAsync("eyJhbGciOiJub25lIn0.e30."));
    }

    private async Task<(HttpStatusCode, string)> ErrorAsync(string subjectToken)
    {
        var answer = await ExchangeAsync(subjectToken);
        return (answer.Status, answer.Error);
    }

    private Task<Answer> ExchangeAsync(string subjectToken, Client? by = null) => _signedIn.PostAsync(
        "/token", by ?? Gateway, ("grant_type", GrantTypes.TokenExchange), ("subject_token", subjectToken), ("subject_token_type", TokenExchangeRules.AccessTokenType));

    private async Task<bool> IsSetAsync(string accessToken)
    {
        var claims = System.Text.Json.JsonDocument.Parse(Jose.CanonicalBase64Url.DecodeOrNull(accessToken.Split('.')[1])).RootElement;
        var index = claims.GetProperty("status").GetProperty("status_list").GetProperty("idx").GetInt32();
        await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        return await db.StatusChanges.AnyAsync(c => c.First <= index && index < c.First + c.Count, SignedIn.Cancellation);
    }
}
