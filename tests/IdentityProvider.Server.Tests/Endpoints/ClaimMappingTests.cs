using IdentityProvider.Protocol.Claims;
using IdentityProvider.Server.Tests.Endpoints.Logout;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>A person's roles, from the database to the API and the app that an operator told to be told of them.</summary>
public sealed class ClaimMappingTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task Roles_reach_the_API_and_the_app_that_an_operator_named_and_nobody_else()
    {
        await AddRolesAsync("staff", "admin");
        var plain = await _signedIn.TokensAsync(SignedIn.App);
        Assert.False(SignedInApp.Claims(plain.AccessToken).TryGetProperty("roles", out _));

        var notes = (await _signedIn.Server.Get<Resources>().FindAsync(SignedIn.NotesApi, SignedIn.Cancellation))!;
        Assert.True(await _signedIn.Server.Get<Resources>().UpdateAsync(notes with { Claims = Map("roles", "roles") }, _signedIn.Server.Clock.GetUtcNow(), SignedIn.Cancellation));
        var client = SignedIn.App with { ClientId = "told", IdTokenClaims = Map("groups", "roles"), UserInfoClaims = Map("groups", "roles") };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
        _signedIn.Server.Get<Registry>().ForgetResources();

        var tokens = await _signedIn.TokensAsync(client);
        Assert.Equal(["admin", "staff"], Texts(SignedInApp.Claims(tokens.AccessToken), "roles"));
        Assert.Equal(["admin", "staff"], Texts(SignedInApp.Claims(tokens["id_token"]!), "groups"));
        Assert.Equal(["admin", "staff"], Texts((await _signedIn.UserInfoAsync(tokens.AccessToken)).Json, "groups"));
        var again = await _signedIn.RefreshAsync(client, tokens.RefreshToken);
        Assert.Equal(["admin", "staff"], Texts(SignedInApp.Claims(again.AccessToken), "roles"));

        // Another app's ID token and UserInfo are as they were.
        var other = await _signedIn.TokensAsync(SignedIn.App);
        Assert.False(SignedInApp.Claims(other["id_token"]!).TryGetProperty("groups", out _));
        Assert.False((await _signedIn.UserInfoAsync(other.AccessToken)).Json.TryGetProperty("groups", out _));
    }

    private async Task AddRolesAsync(params string[] names)
    {
        await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        foreach (var name in names)
        {
            var role = new Role { Id = _signedIn.Server.Get<Entropy>().NewId(), Name = name, NormalizedName = name.ToUpperInvariant() };
            db.Roles.Add(role);
            db.UserRoles.Add(new IdentityUserRole<Guid> { UserId = _signedIn.UserId, RoleId = role.Id });
        }

        await db.SaveChangesAsync(SignedIn.Cancellation);
    }

    private static ClaimMapping Map(string name, string source)
    {
        Assert.Null(ClaimMapping.Read(new Dictionary<string, string> { [name] = source }, besideStandardClaims: false, out var mapping));
        return mapping;
    }

    private static IEnumerable<string?> Texts(System.Text.Json.JsonElement claims, string name) => claims.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
