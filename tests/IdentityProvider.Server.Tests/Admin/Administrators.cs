using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>A server with those who administer it: programs by their scope, and Alice by her roles.</summary>
internal sealed class Administrators : IAsyncDisposable
{
    public const string Api = "http://localhost:8080/api/admin/v1";

    /// <summary>By which people administer.</summary>
    public static readonly Client Console = SignedIn.App with
    {
        ClientId = "console",
        Scope = ScopeSet.Of(["openid", "idp.read", "idp.write"]),
        Resources = [Api],
    };

    /// <summary>A program that may do everything.</summary>
    public static readonly Client Robot = SignedIn.Machine with { ClientId = "robot", Scope = AdminApi.Of(TestServer.Issuer).ScopeNames, Resources = [Api] };

    private Administrators(SignedIn signedIn) => SignedIn = signedIn;

    public SignedIn SignedIn { get; }

    public TestServer Server => SignedIn.Server;

    public static async Task<Administrators> StartAsync(Func<Settings, Settings>? change = null)
    {
        var all = new Administrators(await SignedIn.StartAsync(change: settings => change?.Invoke(settings) ?? settings with { Throttling = new() { Enabled = false } }));
        foreach (var client in new[] { Console, Robot })
            Assert.True(await all.Server.Get<Clients>().AddAsync(client, SignedIn.Cancellation));
        await using var scope = all.Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        Assert.True((await users.UpdateSecurityStampAsync((await users.FindByNameAsync("alice"))!)).Succeeded);
        return all;
    }

    /// <summary>A program's token.</summary>
    public async Task<string> TokenAsync(string scope = "idp.write", Client? client = null)
    {
        var answer = await SignedIn.PostAsync("/token", client ?? Robot, ("grant_type", "client_credentials"), ("resource", Api), ("scope", scope));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.AccessToken;
    }

    /// <summary>Alice's token, by the console.</summary>
    public async Task<string> TokenOfAliceAsync(string scope = "idp.read idp.write", Client? client = null)
    {
        var code = await SignedIn.CodeAsync(client ?? Console, scope, code => code with { Resources = [Api] });
        return (await SignedIn.ExchangeAsync(client ?? Console, code)).AccessToken;
    }

    /// <summary>The same, where she is an admin.</summary>
    public async Task<string> TokenOfAliceAsAdminAsync()
    {
        await GiveAliceAsync("admin");
        return await TokenOfAliceAsync();
    }

    /// <summary>Gives Alice these roles and no other.</summary>
    public async Task GiveAliceAsync(params string[] roles)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var (users, known) = (scope.ServiceProvider.GetRequiredService<UserManager<User>>(), scope.ServiceProvider.GetRequiredService<RoleManager<Role>>());
        var alice = (await users.FindByIdAsync(SignedIn.UserId.ToString("D")))!;
        foreach (var role in roles)
        {
            if (!await known.RoleExistsAsync(role))
                Assert.True((await known.CreateAsync(new Role { Id = Server.Get<Entropy>().NewId(), Name = role })).Succeeded);
        }

        await users.RemoveFromRolesAsync(alice, await users.GetRolesAsync(alice));
        await users.AddToRolesAsync(alice, roles);
    }

    /// <summary>The API by its document, with a token.</summary>
    public Task<DocumentClient> ByDocumentAsync(string token) => DocumentClient.ReadAsync(Server, token);

    public ValueTask DisposeAsync() => SignedIn.DisposeAsync();
}
