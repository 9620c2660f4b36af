using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary>The commands beside a server on the same database, for each test its own.</summary>
public abstract class CommandsBesideServer : IAsyncLifetime
{
    private protected TestServer Server { get; private set; } = null!;

    private protected CommandLine Idp { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync();
        Idp = CommandLine.On(Server.ConnectionString);

        // A command runs by the machine's clock.
        Server.Clock.Advance(TimeProvider.System.GetUtcNow() - Server.Clock.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        Idp.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Somebody signs in, in a browser of their own.</summary>
    private protected async Task<Browser> SignInAsync(string username, string? userAgent = null)
    {
        var browser = userAgent is null ? new Browser(Server) : new Browser(Server, userAgent: userAgent);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }
}
