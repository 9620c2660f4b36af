using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>One server for a class of tests; each test has operators and browsers of its own.</summary>
public sealed class ConsoleServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(change: settings => settings with { Throttling = new() { Enabled = false } });

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>Somebody with these roles, signed in to the console in a browser of their own.</summary>
    public async Task<Operator> OperatorAsync(params string[] roles)
    {
        var person = await StrangerAsync(roles);
        var page = await person.OpenAsync("/admin");
        await person.SubmitAsync(page, ("username", person.Username), ("password", Person.Password));
        return person;
    }

    /// <summary>The same, signed in to nothing yet.</summary>
    public async Task<Operator> StrangerAsync(params string[] roles)
    {
        var username = await Server.AddPersonAsync();
        await GiveAsync(username, roles);
        return new Operator(Server, username);
    }

    /// <summary>Gives somebody these roles and no other.</summary>
    public Task GiveAsync(string username, params string[] roles) => GiveAsync(Server, username, roles);

    /// <summary>The same at another server.</summary>
    public static async Task GiveAsync(TestServer server, string username, params string[] roles)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var (users, known) = (scope.ServiceProvider.GetRequiredService<UserManager<User>>(), scope.ServiceProvider.GetRequiredService<RoleManager<Role>>());
        var user = (await users.FindByNameAsync(username))!;
        foreach (var role in roles)
        {
            if (!await known.RoleExistsAsync(role))
                Assert.True((await known.CreateAsync(new Role { Id = server.Get<Entropy>().NewId(), Name = role })).Succeeded);
        }

        await users.RemoveFromRolesAsync(user, await users.GetRolesAsync(user));
        await users.AddToRolesAsync(user, roles);
    }
}

/// <summary>Somebody who administers, in a browser without a screen.</summary>
public sealed class Operator(TestServer server, string username) : IDisposable
{
    public Browser Browser { get; } = new(server);

    public string Username => username;

    public TestServer Server => server;

    public void Dispose() => Browser.Dispose();

    /// <summary>Goes to an address, and on to where it leads within the issuer: the code comes back by the issuer's name.</summary>
    public async Task<Page> OpenAsync(string path) => await FollowAsync(await Browser.OpenAsync(path));

    /// <summary>Sends the page's first form as it is filled in, but for the values given, and follows.</summary>
    public async Task<Page> SubmitAsync(Page page, params (string Name, string Value)[] values) => await FollowAsync(await Browser.SubmitAsync(page, values));

    /// <summary>Signs in again where a page of ours asks for it, and comes back to where that was for.</summary>
    public Task<Page> SignInAsync(Page login) => SubmitAsync(login, ("username", username), ("password", Person.Password));

    private async Task<Page> FollowAsync(Page page)
    {
        for (var hops = 0; hops < 5 && page.Location is { } location && location.StartsWith(TestServer.Issuer + "/", StringComparison.Ordinal); hops++)
            page = await Browser.OpenAsync(location[TestServer.Issuer.Length..]);
        return page;
    }
}
