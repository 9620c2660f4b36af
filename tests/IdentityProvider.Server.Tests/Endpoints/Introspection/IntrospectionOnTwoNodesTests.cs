using System.Net;
using System.Net.Http.Headers;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace IdentityProvider.Server.Tests.Endpoints.Introspection;

/// <summary>
/// What one node answered counts at the other at once. The other has clients and keys warm in its memory, and hears of changes there only when
/// it looks at the topics again: introspection doesn't wait for that.
/// </summary>
public sealed class IntrospectionOnTwoNodesTests : IAsyncLifetime
{
    private SignedIn _here = null!;
    private TestServer _there = null!;

    public async ValueTask InitializeAsync()
    {
        _here = await SignedIn.StartAsync();
        _there = await TestServer.StartAsync(beside: _here.Server);
    }

    public async ValueTask DisposeAsync()
    {
        await _there.DisposeAsync();
        await _here.DisposeAsync();
    }

    public static TheoryData<RevocationStyle, string> Endings()
    {
        var endings = new TheoryData<RevocationStyle, string>();
        foreach (var style in new[] { RevocationStyle.Introspection, RevocationStyle.Expiry })
        {
            foreach (var ending in new[] { "the token revoked", "the refresh token revoked", "the session ended", "the person disabled", "the client deleted" })
                endings.Add(style, ending);
        }

        endings.Add(RevocationStyle.Expiry, "the key revoked");
        return endings;
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task What_ended_here_is_not_active_there(RevocationStyle style, string ending)
    {
        await ChooseAsync(style);
        var tokens = await _here.TokensAsync(SignedIn.App);
        Assert.Contains("\"active\":true", await IntrospectThereAsync(tokens.AccessToken), StringComparison.Ordinal);

        await EndAsync(ending, tokens);

        Assert.Equal("""{"active":false}""", await IntrospectThereAsync(tokens.AccessToken));
    }

    [Theory]
    [InlineData(RevocationStyle.Introspection)]
    [InlineData(RevocationStyle.Expiry)]
    public async Task A_machines_own_ends_there_with_the_machine_here(RevocationStyle style)
    {
        await ChooseAsync(style);
        var token = (await _here.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).AccessToken;
        // The machine authenticates there, so its registration is in that node's memory.
        Assert.Contains("\"active\":true", await IntrospectOwnThereAsync(token), StringComparison.Ordinal);

        Assert.True(await _here.Server.Get<Clients>().DeleteAsync(SignedIn.Machine.ClientId, _here.Server.Clock.GetUtcNow(), SignedIn.Cancellation));

        Assert.Equal("""{"active":false}""", await IntrospectThereAsync(token));
    }

    [Fact]
    public async Task What_one_node_sealed_the_other_opens_after_a_restart_too()
    {
        await ChooseAsync(RevocationStyle.Introspection);
        var token = (await _here.TokensAsync(SignedIn.App)).AccessToken;
        await _there.DisposeAsync();
        _there = await TestServer.StartAsync(beside: _here.Server);

        Assert.Contains("\"active\":true", await IntrospectThereAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_signs_here_at_once_counts_there_before_that_node_heard_of_it()
    {
        await _there.DisposeAsync();
        _there = await TestServer.StartAsync(beside: _here.Server, replace: services => services.RemoveAll<TopicListener>());
        await _here.Server.Get<KeyOperations>().RotateAsync(atOnce: true, SignedIn.Cancellation);
        var token = (await _here.TokensAsync(SignedIn.App)).AccessToken;
        Assert.Single(_there.Get<KeyRing>().Published.Keys);

        Assert.Contains("\"active\":true", await IntrospectThereAsync(token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_such_a_key_that_is_revoked_there_is_dead()
    {
        await ChooseAsync(RevocationStyle.Expiry);
        await _there.DisposeAsync();
        _there = await TestServer.StartAsync(beside: _here.Server, replace: services => services.RemoveAll<TopicListener>());
        await _here.Server.Get<KeyOperations>().RotateAsync(atOnce: true, SignedIn.Cancellation);
        var token = (await _here.TokensAsync(SignedIn.App)).AccessToken;

        using var request = new HttpRequestMessage(HttpMethod.Post, "/revoke") { Content = new FormUrlEncodedContent([KeyValuePair.Create("token", token)]) };
        request.Headers.Authorization = SignedIn.Basic(SignedIn.App.ClientId, SignedIn.Secret);
        using var revoked = await _there.Http.SendAsync(request, SignedIn.Cancellation);

        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        Assert.Equal("""{"active":false}""", await IntrospectThereAsync(token));
    }

    private async Task ChooseAsync(RevocationStyle style)
    {
        var resources = _here.Server.Get<Resources>();
        var notes = (await resources.FindAsync(SignedIn.NotesApi, SignedIn.Cancellation))!;
        Assert.True(await resources.UpdateAsync(notes with { Revocation = style }, TimeProvider.System.GetUtcNow(), SignedIn.Cancellation));
    }

    private async Task EndAsync(string ending, Answer tokens)
    {
        switch (ending)
        {
            case "the token revoked":
                Assert.Equal(HttpStatusCode.OK, (await _here.PostAsync("/revoke", SignedIn.App, ("token", tokens.AccessToken))).Status);
                break;
            case "the refresh token revoked":
                Assert.Equal(HttpStatusCode.OK, (await _here.PostAsync("/revoke", SignedIn.App, ("token", tokens.RefreshToken))).Status);
                break;
            case "the session ended":
                await _here.EndSessionAsync();
                break;
            case "the person disabled":
                await _here.DisableUserAsync();
                break;
            case "the client deleted":
                Assert.True(await _here.Server.Get<Clients>().DeleteAsync("app", _here.Server.Clock.GetUtcNow(), SignedIn.Cancellation));
                break;
            default:
                await _here.Server.Get<KeyOperations>().RevokeAsync(
                    Assert.Single(_here.Server.Get<KeyRing>().Published.Keys).Kid!, SignedIn.Cancellation);
                break;
        }
    }

    private Task<string> IntrospectThereAsync(string token) =>
        AskThereAsync(SignedIn.Basic("notes-api", SignedIn.Secret), new() { ["token"] = token });

    private Task<string> IntrospectOwnThereAsync(string token) =>
        AskThereAsync(null, new() { ["token"] = token, ["client_id"] = "machine", ["client_secret"] = SignedIn.Secret });

    private async Task<string> AskThereAsync(AuthenticationHeaderValue? credentials, Dictionary<string, string> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/introspect") { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = credentials;
        using var answer = await _there.Http.SendAsync(request, SignedIn.Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(SignedIn.Cancellation);
    }
}
