using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>Guessing passwords, as one would who has many names, many connections or many addresses; and what it must not do to others.</summary>
public sealed class PasswordAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Brute_force_is_heard_five_times_and_then_ever_more_seldom()
    {
        var username = await Server.AddPersonAsync();
        for (var i = 0; i < AttemptLimit.OfAccount.Free; i++)
            await TryAsync(Server, username, "not it");
        foreach (var minutes in new[] { 1, 2, 4 })
        {
            Assert.False(await TryAsync(Server, username, Person.Password));
            Server.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.False(await TryAsync(Server, username, Person.Password));
            Server.Clock.Advance(TimeSpan.FromSeconds(1));
            await TryAsync(Server, username, "not it");
        }

        Server.Clock.Advance(TimeSpan.FromMinutes(8));
        Assert.True(await TryAsync(Server, username, Person.Password));
        Assert.True(await TryAsync(Server, username, Person.Password));
    }

    [Fact]
    public async Task A_name_that_is_nobodys_is_slowed_down_like_any_other()
    {
        var name = "nobody-" + Server.Get<Entropy>().NewId().ToString("N");
        for (var i = 0; i <= AttemptLimit.OfAccount.Free; i++)
            await TryAsync(Server, name, "not it");
        var names = (await KeysAsync(Server)).Where(key => key.StartsWith("name ", StringComparison.Ordinal)).ToList();
        await TryAsync(Server, name.ToUpperInvariant(), "not it");
        Assert.Equal(names, (await KeysAsync(Server)).Where(key => key.StartsWith("name ", StringComparison.Ordinal)));
        Assert.DoesNotContain(names, key => key.Contains("nobody", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Of_wrong_guesses_on_many_connections_no_more_are_heard_than_one_after_the_other()
    {
        var username = await Server.AddPersonAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => TryAsync(Server, username, i < 19 ? "not it" : Person.Password)));
        var heard = (await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 100, TestContext.Current.CancellationToken)).Sum(line => line.Count);
        Assert.InRange(heard, 1, AttemptLimit.OfAccount.Free + (outcomes[^1] ? AttemptLimit.OfAccount.Free : 0));
    }

    [Fact]
    public async Task Strangers_who_guess_lock_nobody_out_of_a_browser_that_they_signed_in_with_before()
    {
        var username = await Server.AddPersonAsync();
        using var own = new Browser(Server);
        await own.SignInAsync(await own.OpenAsync("/login"), username);
        await own.SendAsync(HttpMethod.Get, "/", null);
        for (var i = 0; i <= AttemptLimit.OfAccount.Free; i++)
            await TryAsync(Server, username, "not it");
        Assert.False(await TryAsync(Server, username, Person.Password));

        Assert.Equal("Your sign-in for every app", (await own.SignInAsync(await own.OpenAsync("/login"), username)).Heading);

        // Its own allowance is as small, and another person's known browser is a stranger's.
        for (var i = 0; i < AttemptLimit.OfAccount.Free; i++)
            await own.SignInAsync(await own.OpenAsync("/login"), username, "not it");
        Assert.Equal("Sign in", (await own.SignInAsync(await own.OpenAsync("/login"), username)).Heading);
        var another = await Server.AddPersonAsync();
        for (var i = 0; i < AttemptLimit.OfAccount.Free; i++)
            await own.SignInAsync(await own.OpenAsync("/login"), another, "not it");
        Assert.False(await TryAsync(Server, another, Person.Password));
    }

    [Fact]
    public async Task A_spray_over_many_accounts_is_slowed_down_at_its_address_and_nobody_elsewhere_notices()
    {
        await using var server = await BehindProxyAsync();
        var username = await server.AddPersonAsync();
        using var own = new Spoken(server, "203.0.113.9");
        Assert.True(await own.TryAsync(username, Person.Password));

        for (var i = 0; i < AttemptLimit.OfAddress.Free; i++)
        {
            using var stranger = new Spoken(server, "203.0.113.9");
            await stranger.TryAsync($"name-{i}", "Winter is here");
        }

        using (var late = new Spoken(server, "203.0.113.9"))
            Assert.False(await late.TryAsync(username, Person.Password));
        using (var elsewhere = new Spoken(server, "203.0.113.10"))
            Assert.True(await elsewhere.TryAsync(username, Person.Password));
        Assert.True(await own.TryAsync(username, Person.Password)); // known, at the very same address

        server.Clock.Advance(AttemptLimit.OfAddress.LongestDelay);
        using (var later = new Spoken(server, "203.0.113.9"))
            Assert.True(await later.TryAsync(username, Person.Password));
    }

    [Fact]
    public async Task An_address_counts_as_the_trusted_proxies_tell_it_and_in_networks_of_IPv6()
    {
        await using var server = await BehindProxyAsync();
        var username = await server.AddPersonAsync();

        // What a client writes in front of the proxy's own word is a client's word.
        using (var forger = new Spoken(server, "198.51.100.1, 203.0.113.77"))
            await forger.TryAsync("someone", "not it");
        using (var six = new Spoken(server, "2001:db8:1:2:3:4:5:6"))
            await six.TryAsync("someone", "not it");
        Assert.Equal(["address 203.0.113.77", "network 2001:db8:1:2::"], (await KeysAsync(server)).Where(key => !key.StartsWith("name ", StringComparison.Ordinal)));
        using (var own = new Spoken(server, "203.0.113.5"))
            await own.TryAsync(username, Person.Password);
        var line = Assert.Single(await server.Get<SignInEvents>().ListAsync(await server.UserIdAsync(username), server.Clock.GetUtcNow(), 10, TestContext.Current.CancellationToken));
        Assert.Equal("203.0.113.5", line.Address);
        Assert.Contains("address 203.0.113.5", await KeysAsync(server));
        Assert.Equal(0, (await server.Get<Attempts>().FindAsync("address 203.0.113.5", TestContext.Current.CancellationToken))!.Count);
    }

    [Fact]
    public async Task Where_no_proxy_is_trusted_nobody_chooses_their_address()
    {
        using var forger = new Spoken(Server, "203.0.113.9");
        var username = await Server.AddPersonAsync();
        await forger.TryAsync(username, Person.Password);
        var line = Assert.Single(await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 10, TestContext.Current.CancellationToken));
        Assert.Equal("127.0.0.1", line.Address);
    }

    [Fact]
    public async Task A_sign_in_that_had_verified_the_old_password_gets_no_session_after_a_new_one_was_set()
    {
        var username = await Server.AddPersonAsync();
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var asVerified = (await users.FindByNameAsync(username))!;
        await using (var other = Server.Services.CreateAsyncScope())
        {
            var reset = (await other.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(username))!;
            Assert.True(await Server.Get<BrowserSessions>().ChangeAndEndOthersAsync(reset, kept: Guid.Empty));
        }

        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        Assert.Null(await Server.Get<BrowserSessions>().BeginAsync(http, asVerified, ["pwd"], secondFactorRemembered: false));
        Assert.Empty(http.Response.Headers.SetCookie.ToString());
        Assert.Empty(await Server.Get<Sessions>().ListAsync(asVerified.Id, alsoEnded: true, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_first_sign_in_in_another_browser_is_told_apart_in_the_history_and_told_by_mail()
    {
        var username = await Server.AddPersonAsync(u => (u.Email, u.EmailConfirmed) = ("new-browser@example.com", true));
        using var first = new Browser(Server);
        await first.SignInAsync(await first.OpenAsync("/login"), username);
        await first.SignInAsync(await first.OpenAsync("/login"), username);
        Assert.Equal("0", await MailsAsync());
        using var second = new Browser(Server);
        await second.SignInAsync(await second.OpenAsync("/login"), username);
        var outcomes = (await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 10, TestContext.Current.CancellationToken)).Select(l => (l.Outcome, l.Detail)).ToList();
        Assert.Equal(2, outcomes.Count(o => o == (SignInOutcome.SignedIn, "pwd")));
        Assert.Equal(1, outcomes.Count(o => o == (SignInOutcome.SignedInNewBrowser, "pwd")));
        Assert.Equal("1", await MailsAsync());

        async Task<string?> MailsAsync() => await Database.ClusterFolder.AskAsync(
            Server.ConnectionString, """SELECT count(*) FROM "OutboxMessages" WHERE "Kind" = 'Mail' AND "Mail"::text LIKE '%new-browser@example.com%' AND "Mail"::text LIKE '%NewDevice%'""");
    }

    private static Task<TestServer> BehindProxyAsync() =>
        TestServer.StartAsync(change: s => s with { Forwarding = s.Forwarding with { TrustedProxies = ["127.0.0.1"] } });

    private static async Task<bool> TryAsync(TestServer server, string username, string password)
    {
        using var browser = new Browser(server);
        return (await browser.SignInAsync(await browser.OpenAsync("/login"), username, password)).Heading != "Sign in";
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(TestServer server)
    {
        var text = await Database.ClusterFolder.AskAsync(server.ConnectionString, """SELECT string_agg("Key", ';' ORDER BY "Key") FROM "Attempts" WHERE "Key" NOT LIKE 'account %'""");
        return [.. (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>A browser behind a proxy that says where it is.</summary>
    private sealed class Spoken : IDisposable
    {
        private readonly Browser _browser;

        public Spoken(TestServer server, string forwardedFor) => _browser = new Browser(server, forwardedFor: forwardedFor);

        public async Task<bool> TryAsync(string username, string password) =>
            (await _browser.SignInAsync(await _browser.OpenAsync("/login"), username, password)).Heading != "Sign in";

        public void Dispose() => _browser.Dispose();
    }
}
