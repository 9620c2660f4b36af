using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using IdentityProvider.Verifier;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>This server and the verifier that APIs install, together: what is revoked here is refused there.</summary>
public sealed class VerifierTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;
    private HttpClient _http = null!;
    private AccessTokenVerifier _verifier = null!;

    private TestServer Server => _signedIn.Server;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _http = Server.NewHttpOfIssuer();
        _verifier = NewVerifier(_http, push: true);
        await _verifier.StartAsync(SignedIn.Cancellation);
        await Eventually.TrueAsync(() => _verifier.IsConnected, "connected");
    }

    public async ValueTask DisposeAsync()
    {
        await _verifier.DisposeAsync();
        _http.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task A_revoked_token_is_refused_as_soon_as_it_is_pushed()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        var second = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);
        Assert.Null(await RefusalAsync(first.AccessToken));

        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", first.AccessToken));

        await BecomesAsync(VerifierRefusal.TokenRevoked, first.AccessToken);
        Assert.Null(await RefusalAsync(second.AccessToken));
    }

    [Fact]
    public async Task What_another_node_revokes_is_pushed_here()
    {
        await using var other = await TestServer.StartAsync(beside: Server);
        using var http = other.NewHttpOfIssuer();
        await using var elsewhere = NewVerifier(http, push: true);
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        Assert.Null(await RefusalAsync(tokens.AccessToken, elsewhere));
        await Eventually.TrueAsync(() => elsewhere.IsConnected, "connected");

        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", tokens.RefreshToken));

        await BecomesAsync(VerifierRefusal.TokenRevoked, tokens.AccessToken, elsewhere);
    }

    [Fact]
    public async Task Changed_roles_make_a_token_stale()
    {
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        Assert.Null(await RefusalAsync(tokens.AccessToken));

        await Server.Get<TokenFamilies>().MarkStaleAsync(_signedIn.UserId, Server.Clock.GetUtcNow(), SignedIn.Cancellation);

        await BecomesAsync(VerifierRefusal.TokenStale, tokens.AccessToken);
        Assert.Null(await RefusalAsync((await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken)).AccessToken));
    }

    [Fact]
    public async Task Each_change_of_a_person_s_groups_and_of_their_groups_roles_makes_a_token_stale()
    {
        var (groups, now) = (Server.Get<Groups>(), Server.Clock.GetUtcNow());
        var sales = new Group(Server.Get<Entropy>().NewId(), "sales", now);
        await groups.AddAsync(sales, SignedIn.Cancellation);
        var seller = await AddRoleAsync("seller");
        var other = await AddRoleAsync("other");
        var tokens = await _signedIn.TokensAsync(SignedIn.App);

        await MakesStaleAsync(() => groups.AddMemberAsync(sales.GroupId, _signedIn.UserId, now, SignedIn.Cancellation));
        await MakesStaleAsync(() => groups.GrantRoleAsync(sales.GroupId, seller, now, SignedIn.Cancellation));
        await MakesStaleAsync(() => groups.RevokeRoleAsync(sales.GroupId, seller, now, SignedIn.Cancellation));
        await MakesStaleAsync(() => groups.GrantRoleAsync(sales.GroupId, other, now, SignedIn.Cancellation));
        await MakesStaleAsync(() => Server.Get<Roles>().DeleteAsync(other, now, SignedIn.Cancellation));
        await MakesStaleAsync(() => groups.RemoveMemberAsync(sales.GroupId, _signedIn.UserId, now, SignedIn.Cancellation));
        await groups.AddMemberAsync(sales.GroupId, _signedIn.UserId, now, SignedIn.Cancellation);
        await MakesStaleAsync(() => groups.DeleteAsync(sales.GroupId, now, SignedIn.Cancellation));

        // Refreshed, it is good again: nobody has to sign in for it.
        async Task MakesStaleAsync(Func<Task<bool>> change)
        {
            tokens = await _signedIn.RefreshAsync(SignedIn.App, tokens.RefreshToken);
            Assert.Null(await RefusalAsync(tokens.AccessToken));
            Assert.True(await change());
            await BecomesAsync(VerifierRefusal.TokenStale, tokens.AccessToken);
        }
    }

    [Fact]
    public async Task A_revoked_key_takes_its_tokens_along_and_its_successor_is_known_at_once()
    {
        var old = await MachineTokenAsync();
        Assert.Null(await RefusalAsync(old));
        var kid = (await Server.Get<KeyOperations>().ListAsync(SignedIn.Cancellation)).Single().Kid;

        await Server.Get<KeyOperations>().RevokeAsync(kid, SignedIn.Cancellation);

        await Eventually.TrueAsync(async () => await RefusalAsync(old) is VerifierRefusal.KeyUnknown or VerifierRefusal.TokenRevoked, "the key died");
        Assert.Null(await RefusalAsync(await MachineTokenAsync()));
    }

    [Fact]
    public async Task Without_push_a_revocation_is_known_after_the_ttl()
    {
        await using var polling = NewVerifier(_http, push: false);
        var token = await MachineTokenAsync();
        Assert.Null(await RefusalAsync(token, polling));
        await _signedIn.PostAsync("/revoke", SignedIn.Machine, ("token", token));
        await BecomesAsync(VerifierRefusal.TokenRevoked, token);

        Server.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(VerifierRefusal.TokenRevoked, await RefusalAsync(token, polling));
    }

    private async Task<VerifierRefusal?> RefusalAsync(string accessToken, AccessTokenVerifier? verifier = null) =>
        (await (verifier ?? _verifier).VerifyAsync(accessToken, SignedIn.Cancellation) as TokenVerification.Refused)?.Reason;

    private async Task BecomesAsync(VerifierRefusal expected, string accessToken, AccessTokenVerifier? verifier = null) =>
        await Eventually.TrueAsync(async () => await RefusalAsync(accessToken, verifier) == expected, $"refused as {expected}");

    private async Task<Guid> AddRoleAsync(string name)
    {
        await using var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        var role = new Role { Id = Server.Get<Entropy>().NewId(), Name = name, NormalizedName = name.ToUpperInvariant() };
        db.Roles.Add(role);
        await db.SaveChangesAsync(SignedIn.Cancellation);
        return role.Id;
    }

    private async Task<string> MachineTokenAsync() =>
        (await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", GrantTypes.ClientCredentials), ("scope", "notes.read"))).AccessToken;

    private AccessTokenVerifier NewVerifier(HttpClient http, bool push) =>
        new(new VerifierOptions { Issuer = TestServer.Issuer, Audience = SignedIn.NotesApi, Push = push, RequireStatus = true }, http, Server.Clock);
}
