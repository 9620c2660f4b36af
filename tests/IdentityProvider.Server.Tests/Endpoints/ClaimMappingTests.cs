using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Tests.Endpoints.Logout;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>A person's roles and groups, from the database to the API and the app that an operator told to be told of them.</summary>
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

    [Fact]
    public async Task Groups_and_the_roles_that_they_give_are_told_alike_in_tokens_at_UserInfo_and_by_introspection()
    {
        await AddRolesAsync("staff");
        var group = new Group(_signedIn.Server.Get<Entropy>().NewId(), "sales", _signedIn.Server.Clock.GetUtcNow());
        Assert.True(await Groups.AddAsync(group, SignedIn.Cancellation));
        var seller = await AddRoleAsync("seller");
        await Groups.GrantRoleAsync(group.GroupId, seller, group.CreatedAt, SignedIn.Cancellation);
        await Groups.AddMemberAsync(group.GroupId, _signedIn.UserId, group.CreatedAt, SignedIn.Cancellation);

        var both = new Dictionary<string, string> { ["roles"] = "roles", ["groups"] = "groups" };
        Assert.Null(ClaimMapping.Read(both, besideStandardClaims: false, out var mapping));
        var notes = (await _signedIn.Server.Get<Resources>().FindAsync(SignedIn.NotesApi, SignedIn.Cancellation))!;
        Assert.True(await _signedIn.Server.Get<Resources>().UpdateAsync(notes with { Claims = mapping }, group.CreatedAt, SignedIn.Cancellation));
        var client = SignedIn.App with { ClientId = "told", IdTokenClaims = mapping, UserInfoClaims = mapping };
        Assert.True(await _signedIn.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
        _signedIn.Server.Get<Registry>().ForgetResources();

        var tokens = await _signedIn.TokensAsync(client);
        foreach (var told in new[]
        {
            SignedInApp.Claims(tokens.AccessToken), SignedInApp.Claims(tokens["id_token"]!), (await _signedIn.UserInfoAsync(tokens.AccessToken)).Json,
            (await _signedIn.IntrospectAsync(SignedIn.Api, tokens.AccessToken)).Json,
        })
        {
            Assert.Equal(["seller", "staff"], Texts(told, "roles"));
            Assert.Equal(["sales"], Texts(told, "groups"));
        }

        // Who isn't the API learns by introspection what tokens say of themselves, and no more.
        Assert.False((await _signedIn.IntrospectAsync(client, tokens.AccessToken)).Json.TryGetProperty("roles", out _));

        // Out of the group: at once where somebody asks, and with the next token.
        await Groups.RemoveMemberAsync(group.GroupId, _signedIn.UserId, group.CreatedAt, SignedIn.Cancellation);
        Assert.Equal(["staff"], Texts((await _signedIn.UserInfoAsync(tokens.AccessToken)).Json, "roles"));
        Assert.Equal(["staff"], Texts((await _signedIn.IntrospectAsync(SignedIn.Api, tokens.AccessToken)).Json, "roles"));
        var again = SignedInApp.Claims((await _signedIn.RefreshAsync(client, tokens.RefreshToken)).AccessToken);
        Assert.Equal(["staff"], Texts(again, "roles"));
        Assert.Empty(Texts(again, "groups"));
    }

    private Groups Groups => _signedIn.Server.Get<Groups>();

    private async Task<Guid> AddRoleAsync(string name)
    {
        await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
        var role = new Role { Id = _signedIn.Server.Get<Entropy>().NewId(), Name = name, NormalizedName = name.ToUpperInvariant() };
        db.Roles.Add(role);
        await db.SaveChangesAsync(SignedIn.Cancellation);
        return role.Id;
    }

    private async Task AddRolesAsync(params string[] names)
    {
        foreach (var name in names)
        {
            var role = await AddRoleAsync(name);
            await using var db = await _signedIn.Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(SignedIn.Cancellation);
            db.UserRoles.Add(new IdentityUserRole<Guid> { UserId = _signedIn.UserId, RoleId = role });
            await db.SaveChangesAsync(SignedIn.Cancellation);
        }
    }

    private static ClaimMapping Map(string name, string source)
    {
        Assert.Null(ClaimMapping.Read(new Dictionary<string, string> { [name] = source }, besideStandardClaims: false, out var mapping));
        return mapping;
    }

    private static IEnumerable<string?> Texts(System.Text.Json.JsonElement claims, string name) => claims.GetProperty(name).EnumerateArray().Select(text => text.GetString());
}
