namespace IdentityProvider.Server.Tests.Pages;

/// <summary>One server for a class of tests; each test has people, clients and browsers of its own.</summary>
public sealed class PagesServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
