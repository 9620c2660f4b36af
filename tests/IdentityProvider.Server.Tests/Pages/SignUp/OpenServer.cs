using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Pages.SignUp;

/// <summary>A server at which anyone may make an account; no test waits for another's mails.</summary>
public sealed class OpenServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(change: settings => settings with
    {
        Accounts = new() { Registration = AccountRegistration.Open },
        Throttling = new() { Enabled = false },
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>People with addresses, and what they do with their mail.</summary>
internal static class Correspondent
{
    public const string NewPassword = "seven lanterns over quiet harbours";

    private static int _addresses;

    public static string NewAddress() => $"reader-{Interlocked.Increment(ref _addresses)}@example.com";

    /// <summary>An account with an address that was proved; its user name.</summary>
    public static Task<string> AddReaderAsync(this TestServer server, string address, Action<User>? edit = null) => server.AddPersonAsync(user =>
    {
        edit?.Invoke(user);
        user.SetEmail(address, isVerified: true, server.Clock.GetUtcNow());
    });

    public static async Task<User?> FindAsync(this TestServer server, string username)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(username);
    }

    /// <summary>Asks at a page, by what is typed there.</summary>
    public static async Task<Page> AskAsync(this Browser browser, string path, string typed) =>
        await browser.SubmitAsync(await browser.OpenAsync(path), ("account", typed));

    /// <summary>Asks at a page and opens the link that came.</summary>
    public static async Task<Page> OpenLinkAsync(this Browser browser, TestServer server, string path, string address)
    {
        await browser.AskAsync(path, address);
        return await browser.OpenAsync((await server.NewestMailToAsync(address)).Link);
    }

    public static Task<Page> ChooseAsync(this Browser browser, Page page, string password = NewPassword, string? repeated = null) =>
        browser.SubmitAsync(page, ("new_password", password), ("repeated_password", repeated ?? password));

    public static Task<Page> FinishAsync(this Browser browser, Page page, string name = "Ada Reader", string password = NewPassword, string? repeated = null) =>
        browser.SubmitAsync(page, ("name", name), ("new_password", password), ("repeated_password", repeated ?? password));
}
