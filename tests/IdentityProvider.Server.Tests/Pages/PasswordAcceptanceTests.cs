using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>Which passwords are taken, and what becomes of hashes that came from elsewhere.</summary>
public sealed class PasswordAcceptanceTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Good = "a lighthouse keeper's other tune";
    private const string GoodHash = "F1FF0A265FF1012E62B4FF2C16427D7B725DA103"; // SHA-1

    private TestServer Server => fixture.Server;

    [Theory]
    [InlineData("password password", Refusal.PasswordCommon)]
    [InlineData("qwertyuiopasdfgh", Refusal.PasswordCommon)]
    [InlineData("lighthouse tune", Refusal.PasswordGuessable)]
    [InlineData("keeper of localhost tunes", Refusal.PasswordHasName)]
    [InlineData("the keeper, marlowe, and tunes", Refusal.PasswordHasName)]
    [InlineData("fourteen chars", Refusal.PasswordTooShort)]
    [InlineData(Good, null)]
    public async Task A_password_that_others_would_try_is_refused(string chosen, Refusal? reason)
    {
        var accepted = await Server.Get<PasswordAcceptance>().AcceptAsync(NewUser(), chosen, TestContext.Current.CancellationToken);
        Assert.Equal(reason, accepted.Try(out var password, out var refused) ? null : refused);
        if (password is not null)
            Assert.Equal(PasswordVerificationResult.Success, Server.Get<IPasswordHasher<User>>().VerifyHashedPassword(NewUser(), password.Hash, chosen));
    }

    [Fact]
    public async Task Of_a_very_long_one_the_beginning_is_judged()
    {
        var acceptance = Server.Get<PasswordAcceptance>();
        Assert.False((await acceptance.AcceptAsync(NewUser(), new string('4', PasswordRules.Longest), TestContext.Current.CancellationToken)).Try(out _, out var reason));
        Assert.Equal(Refusal.PasswordCommon, reason);
        Assert.True((await acceptance.AcceptAsync(NewUser(), Good + new string('4', 500), TestContext.Current.CancellationToken)).Try(out _, out _));
    }

    [Fact]
    public async Task Each_reason_has_words_of_its_own_on_the_page()
    {
        var username = await Server.AddPersonAsync();
        using var here = new Browser(Server);
        await here.SignInAsync(await here.OpenAsync("/login"), username);
        foreach (var (chosen, words) in new[]
        {
            ("fourteen chars", "15 characters or more"), (new string('p', PasswordRules.Longest + 1), "1024 characters at most"), ("password password", "first passwords"),
            ("lighthouse tune", "add another word or two"), (username + " and a lighthouse", "without your name"), (Person.Password, "current password"),
        })
        {
            var page = await here.SubmitAsync(await here.OpenAsync("/account/password"), ("current_password", Person.Password), ("new_password", chosen), ("repeated_password", chosen));
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, page.Status);
            Assert.Contains(words, page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain($"value=\"{chosen}\"", page.Html, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("AAABAgMEBQYHCAkKCwwNDg+U2NTxYJVSYMDfv2J1tA/6EVBGTFd3zkCTJXKaekYkaA==")]
    [InlineData("AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg9zqsfd9ke1Ev4gXTajXbP+8ngCjNXXa18xZdLY1rYwCw==")]
    [InlineData("AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/q3rysaOAvFsp3Y2eQhMXvEu3wtOljUXx8Syb9oXeqwA==")]
    [InlineData("$pbkdf2$29000$AAECAwQFBgcICQoLDA0ODw$cso6hT/dJ.lYSTc1lry8QRq44kE")]
    [InlineData("$pbkdf2-sha512$25000$AAECAwQFBgcICQoLDA0ODw$tSy12Fzwphu2XfWzVN82htBjQAQyQuxVt/PQq2EglhXF0Z7RrG4JsJgotXuogUraYaZJ9LrpxLsdEo5LlkK21w")]
    public async Task A_hash_from_elsewhere_signs_its_person_in_and_is_then_made_anew(string hash)
    {
        const string password = "a lighthouse tune";
        var username = await Server.AddPersonAsync();
        await ChangeAsync(username, user => user.PasswordHash = hash);
        using var browser = new Browser(Server);
        Assert.Equal("Sign in", (await browser.SignInAsync(await browser.OpenAsync("/login"), username, "a lighthouse")).Heading);
        Assert.Equal(hash, await HashOfAsync(username));
        Assert.Equal("Your sign-in for every app", (await browser.SignInAsync(await browser.OpenAsync("/login"), username, password)).Heading);

        var renewed = Convert.FromBase64String(await HashOfAsync(username));
        Assert.Equal((1, 2u, (uint)AccountPasswordHasher.Rounds), (renewed[0], System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(renewed.AsSpan(1)), System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(renewed.AsSpan(5))));
        Assert.Equal("Your sign-in for every app", (await browser.SignInAsync(await browser.OpenAsync("/login"), username, password)).Heading);
    }

    [Theory]
    [InlineData("$pbkdf2-sha256$4000000000$AAECAwQFBgcICQoLDA0ODw$cso6hT/dJ.lYSTc1lry8QRq44kE")]
    [InlineData("$pbkdf2-sha256$x$$")]
    public async Task A_hash_that_got_into_the_database_otherwise_signs_nobody_in_and_costs_nothing(string hash)
    {
        var username = await Server.AddPersonAsync();
        await ChangeAsync(username, user => user.PasswordHash = hash);
        using var browser = new Browser(Server);
        Assert.Equal("Sign in", (await browser.SignInAsync(await browser.OpenAsync("/login"), username)).Heading);
    }

    [Fact]
    public async Task A_password_that_leaked_is_found_by_five_characters_of_its_hash_and_only_where_a_setting_says_so()
    {
        await using var list = await Listener.StartAsync();
        const string hash = GoodHash;
        list.AnswerAsync = http => http.Response.WriteAsync($"{new string('0', 35)}:12\r\n{hash[5..]}:3\r\n");
        Assert.True(await IsAcceptedAsync(Server, Good));
        Assert.Equal(0, list.Count);

        await using var checking = await StartAsync(list);
        Assert.False((await checking.Get<PasswordAcceptance>().AcceptAsync(NewUser(), Good, TestContext.Current.CancellationToken)).Try(out _, out var reason));
        Assert.Equal(Refusal.PasswordBreached, reason);
        var asked = await list.NextAsync();
        Assert.Equal($"/range/{hash[..5]}", asked.Path);
        Assert.Equal("true", asked.Headers["Add-Padding"]);

        // Another's ending, and padding, say nothing.
        list.AnswerAsync = http => http.Response.WriteAsync($"{new string('0', 35)}:12\r\n{hash[5..]}:0\r\nrubbish\r\n");
        Assert.True(await IsAcceptedAsync(checking, Good));
    }

    [Fact]
    public async Task A_look_that_fails_is_left_out()
    {
        var list = await Listener.StartAsync();
        await using var checking = await StartAsync(list);
        list.AnswerAlways(500);
        Assert.True(await IsAcceptedAsync(checking, Good));
        list.AnswerAsync = http => http.Response.WriteAsync(new string('x', 400_000));
        Assert.True(await IsAcceptedAsync(checking, Good));

        list.AnswerAsync = list.HangAsync;
        var waiting = IsAcceptedAsync(checking, Good);
        await list.NextAsync();
        await list.NextAsync();
        await list.NextAsync();
        checking.Clock.Advance(BreachedPasswords.Patience);
        Assert.True(await waiting);
        await list.DisposeAsync();
        Assert.True(await IsAcceptedAsync(checking, Good));
    }

    private static Task<TestServer> StartAsync(Listener list) =>
        TestServer.StartAsync(change: s => s with { Passwords = s.Passwords with { BreachCheck = true, BreachCheckUri = new Uri(list.Address, "/range/").ToString() } });

    private static async Task<bool> IsAcceptedAsync(TestServer server, string chosen) =>
        (await server.Get<PasswordAcceptance>().AcceptAsync(NewUser(), chosen, TestContext.Current.CancellationToken)).Try(out _, out _);

    private static User NewUser() => new() { UserName = "someone", Claims = """{"family_name": "Marlowe"}""" };

    private async Task<string> HashOfAsync(string username)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<UserManager<User>>().FindByNameAsync(username))!.PasswordHash!;
    }

    private async Task ChangeAsync(string username, Action<User> edit)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var user = (await users.FindByNameAsync(username))!;
        edit(user);
        Assert.True((await users.UpdateAsync(user)).Succeeded);
    }
}
