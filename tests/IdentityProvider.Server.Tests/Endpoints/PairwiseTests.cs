using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Tests.Endpoints.Logout;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.AspNetCore.Http;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>Pairwise subjects (OpenID Connect Core §8): two sectors know one person by two names, and everything that one client sees agrees.</summary>
public sealed class PairwiseTests : IAsyncLifetime
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    private SignedIn _signedIn = null!;

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task All_that_a_client_sees_calls_a_person_by_the_same_name_and_none_of_it_by_the_accounts()
    {
        var server = _signedIn.Server;
        using var person = await SignedInApp.NewAsync(server);
        var app = await AddAsync("https://one.example/cb");
        var account = (await server.UserIdAsync(person.Username)).ToString("D");
        await person.Browser.SignInAsync(await person.Browser.OpenAsync("/login"), person.Username);

        var tokens = await TokensAsync(person.Browser, app);
        var sub = Sub(tokens["id_token"]!);
        Assert.Equal(43, sub.Length);
        Assert.Equal(sub, Sub(tokens.AccessToken));
        Assert.Equal(sub, (await _signedIn.UserInfoAsync(tokens.AccessToken))["sub"]);
        var again = await _signedIn.RefreshAsync(app, tokens.RefreshToken);
        Assert.Equal((sub, sub), (Sub(again["id_token"]!), Sub(again.AccessToken)));
        Assert.DoesNotContain(account, tokens.Text + again.Text, StringComparison.Ordinal);

        // The ID token is a hint at this very person, though it doesn't name the account.
        Assert.True((await person.Browser.OpenAsync(app.Request($"prompt=none&id_token_hint={tokens["id_token"]}"))).Answer.ContainsKey("code"));
        Assert.Equal("You are signed out", (await person.Browser.OpenAsync("/logout?id_token_hint=" + tokens["id_token"])).Heading);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await _signedIn.UserInfoAsync(again.AccessToken)).Status);
    }

    [Fact]
    public async Task Clients_of_two_sectors_know_a_person_by_two_names_and_those_of_one_by_one()
    {
        using var person = await SignedInApp.NewAsync(_signedIn.Server);
        await person.Browser.SignInAsync(await person.Browser.OpenAsync("/login"), person.Username);
        var subs = new List<string>();
        foreach (var uri in new[] { "https://one.example/cb", "https://one.example/second", "https://two.example/cb" })
            subs.Add(Sub((await TokensAsync(person.Browser, await AddAsync(uri)))["id_token"]!));
        Assert.Equal(subs[0], subs[1]);
        Assert.NotEqual(subs[0], subs[2]);
    }

    [Fact]
    public async Task A_logout_token_calls_the_person_as_the_client_knows_them()
    {
        await using var listener = await Listener.StartAsync();
        using var person = await SignedInApp.NewAsync(_signedIn.Server);
        var app = await AddAsync("https://one.example/cb", c => c with { BackchannelLogoutUri = new Uri(listener.Address, "/out").AbsoluteUri });
        var hint = await person.SignInAsync(app);

        await person.Browser.OpenAsync("/logout?id_token_hint=" + hint);
        await listener.NextAsync();
        var token = Assert.Single(listener.Requests).Form!["logout_token"].Single()!;
        Assert.Equal(Sub(hint), Sub(token));
    }

    [Fact]
    public async Task A_sector_is_looked_at_where_it_says_that_it_is()
    {
        await using var listener = await Listener.StartAsync();
        listener.AnswerAsync = http => http.Response.WriteAsync("""["https://one.example/cb"]""", Cancellation);
        var sectors = _signedIn.Server.Get<SectorIdentifiers>();
        var client = new Client { ClientId = "a", ClientName = "A", RedirectUris = ["https://one.example/cb"], SectorIdentifierUri = new Uri(listener.Address, "/sector.json").AbsoluteUri };
        Assert.Null(await sectors.RefuseAsync(client, Cancellation));
        Assert.Equal("sector_identifier_uri", (await sectors.RefuseAsync(client with { RedirectUris = ["https://two.example/cb"] }, Cancellation))!.Member);
        Assert.Null(await sectors.RefuseAsync(client with { SectorIdentifierUri = null }, Cancellation));

        listener.AnswerAsync = http =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return http.Response.WriteAsync("""["https://one.example/cb"]""", Cancellation);
        };
        Assert.Contains("could not be fetched", (await sectors.RefuseAsync(client, Cancellation))!.Message, StringComparison.Ordinal);
    }

    private Task<Client> AddAsync(string redirectUri, Func<Client, Client>? edit = null) => SignedInApp.AddClientAsync(
        _signedIn.Server, c => (edit?.Invoke(c) ?? c) with { SubjectType = SubjectType.Pairwise, RedirectUris = [redirectUri] });

    private async Task<Answer> TokensAsync(Browser browser, Client client) => await _signedIn.PostAsync(
        "/token",
        client,
        ("grant_type", "authorization_code"),
        ("code", (await browser.OpenAsync(client.Request("scope=openid notes.read"))).Answer["code"]),
        ("redirect_uri", client.RedirectUris[0]),
        ("code_verifier", SignedIn.CodeVerifier));

    private static string Sub(string jwt) => SignedInApp.Claims(jwt).GetProperty("sub").GetString()!;
}
