using System.Net;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Endpoints.Registration;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What clients do, and the server by itself.</summary>
public sealed partial class AuditStories
{
    private async Task ClientsAsync()
    {
        using var browser = new Browser(_server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await _server.AddPersonAsync());
        await RevokeAsync(await AppAccess.OpenAsync(_server, browser, "scope=openid offline_access notes.read"));
        await RegisterAsync();

        // A wrong secret, and none that anybody knows.
        var client = await _server.AddClientAsync(c => c with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost, Secrets = Endpoints.SignedIn.App.Secrets });
        await PostAsync("/token", ("grant_type", "authorization_code"), ("client_id", client.ClientId), ("client_secret", "wrong"), ("code", "c"));
    }

    // The server by itself: keys come and go, and clients that nobody uses.
    private async Task ItselfAsync()
    {
        _server.Clock.Advance(TimeSpan.FromDays(500));
        await _server.Get<KeyRing>().RenewAsync(TestContext.Current.CancellationToken);
        _server.Clock.Advance(TimeSpan.FromDays(500));
        await _server.Get<KeyRing>().RenewAsync(TestContext.Current.CancellationToken);
        await _server.Get<AuditChaining>().WriteAsync(alsoOpen: true, TestContext.Current.CancellationToken);
    }

    private async Task RevokeAsync(AppAccess app)
    {
        await PostAsync("/revoke", ("client_id", app.Client.ClientId), ("token", app.AccessToken));
        await PostAsync("/revoke", ("client_id", app.Client.ClientId), ("token", app.RefreshToken));
    }

    private async Task RegisterAsync()
    {
        var (token, _) = await _server.PolicyAsync();
        var registered = await _server.RegisterAsync(token);
        var (path, access) = (Registering.PathOf(registered), registered["registration_access_token"]);
        var changed = $$"""{"client_id":"{{registered["client_id"]}}","client_name":"Renamed","redirect_uris":["https://app.example/cb"]}""";
        Assert.Equal(HttpStatusCode.OK, (await _server.AskAsync(HttpMethod.Put, path, access, changed)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _server.AskAsync(HttpMethod.Delete, path, access)).Status);
        await _server.RegisterAsync(token);
    }

    private async Task PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await _server.Http.PostAsync(path, content, TestContext.Current.CancellationToken);
    }
}
