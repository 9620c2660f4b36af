using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>
/// What someone would try who has no passkey of the account, or has seen one used: with an authenticator in software that lies about one thing at a
/// time (WebAuthn §7.1, §7.2, §13.4). Each gets the same page, and nobody is signed in.
/// </summary>
public sealed class PasskeyAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string SignIn = "/login/passkey";
    private const string Make = "/account/passkeys";

    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Lies =>
        ["origin", "port", "scheme", "subdomain", "frame", "top", "party", "challenge", "type", "absent", "handle", "no handle", "stranger", "credential", "backup"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_sign_in_with_one_lie_in_it_is_refused(string lie)
    {
        var (_, passkey) = await Server.AddPersonWithPasskeyAsync();
        var stranger = (await Server.UserIdAsync(await Server.AddPersonAsync())).ToString();
        await RefuseAsync(lie switch
        {
            "origin" => passkey with { Origin = "https://evil.example" },
            "port" => passkey with { Origin = "http://localhost:8081" },
            "scheme" => passkey with { Origin = "https://localhost:8080" },
            "subdomain" => passkey with { Origin = "http://evil.localhost:8080" },
            "frame" => passkey with { CrossOrigin = true },
            "top" => passkey with { TopOrigin = "https://evil.example" },
            "party" => passkey with { RpId = "evil.example" },
            "challenge" => passkey with { Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
            "type" => passkey with { Type = "webauthn.create" },
            "absent" => passkey with { IsUserPresent = false },
            "handle" => passkey with { UserHandle = "nobody" },
            "no handle" => passkey with { UserHandle = null },
            "stranger" => passkey with { UserHandle = stranger },
            "credential" => passkey with { CredentialId = new byte[32] },
            _ => passkey with { IsSynced = false },
        });
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("authenticator_data")]
    [InlineData("client_data")]
    public async Task A_sign_in_of_which_one_bit_was_changed_is_refused(string field)
    {
        var (_, passkey) = await Server.AddPersonWithPasskeyAsync();
        await RefuseAsync(passkey, fields =>
        {
            // Of the authenticator's data the bit that says whether it verified the person; what isn't signed can't be said.
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(fields[field]);
            bytes[field == "authenticator_data" ? 32 : ^3] ^= 0x04;
            fields[field] = System.Buffers.Text.Base64Url.EncodeToString(bytes);
        });
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("authenticator_data")]
    [InlineData("client_data")]
    [InlineData("credential_id")]
    [InlineData("challenge")]
    public async Task What_is_missing_short_or_no_base64url_is_refused_and_no_failure_of_ours(string field)
    {
        var (_, passkey) = await Server.AddPersonWithPasskeyAsync();
        foreach (var value in new[] { "", "AA", "%", "AAAA====", new string('A', 20_000) })
            await RefuseAsync(passkey, fields => fields[field] = value);
    }

    [Fact]
    public async Task An_answer_counts_once_also_of_two_that_come_at_once_and_on_another_node()
    {
        await using var node = await TestServer.StartAsync(beside: Server);
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        var (options, challenge) = await browser.AskAsync(login, SignIn);
        var answer = passkey.Get(options);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => browser.AnswerAsync(login, SignIn, challenge, answer)));
        Assert.Single(answers, page => page.Status == HttpStatusCode.SeeOther);
        AssertRefused(await browser.AnswerAsync(login, SignIn, challenge, answer));

        using var there = new Browser(node, keepsCookies: false);
        var fields = PasskeyPeople.Form(login, SignIn);
        foreach (var (name, value) in answer.Append(new("challenge", challenge)))
            fields[name] = value;
        var cookies = string.Join("; ", browser.SetCookies.Values.Select(set => set.Split(';')[0]));
        Assert.Equal(HttpStatusCode.BadRequest, (await there.SendAsync(HttpMethod.Post, SignIn, fields, cookies)).Status);
        Assert.Equal(2, (await Server.Get<Sessions>().ListAsync(await Server.UserIdAsync(username), alsoEnded: true, 10, Cancellation)).Count);
    }

    [Fact]
    public async Task A_challenge_counts_for_five_minutes()
    {
        var (_, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        var (options, challenge) = await browser.AskAsync(login, SignIn);
        Server.Clock.Advance(PasskeyChallenges.Lifetime);
        AssertRefused(await browser.AnswerAsync(login, SignIn, challenge, passkey.Get(options)));
    }

    [Fact]
    public async Task A_challenge_of_another_browser_counts_in_none()
    {
        // Someone shows their own challenge to a person elsewhere and brings the answer home, or plants an answer of their own in the person's browser.
        var (_, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var thief = new Browser(Server);
        using var victim = new Browser(Server);
        var login = await thief.OpenAsync("/login");
        var (options, challenge) = await thief.AskAsync(login, SignIn);
        AssertRefused(await victim.AnswerAsync(await victim.OpenAsync("/login"), SignIn, challenge, passkey.Get(options)));
    }

    [Fact]
    public async Task A_challenge_for_a_new_passkey_signs_nobody_in_nor_the_other_way_round()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var browser = await SignedInAsync(username);
        var page = await browser.OpenAsync(PasskeyPeople.Section);
        var login = await browser.OpenAsync("/login");
        var make = await browser.AskAsync(page, Make);
        var use = await browser.AskAsync(login, SignIn);
        AssertRefused(await browser.AnswerAsync(login, SignIn, make.Challenge, passkey.Get(make.Options)));
        using var another = new SoftAuthenticator();
        Assert.EndsWith("?passkey=failed#passkeys", (await browser.AnswerAsync(page, Make, use.Challenge, another.Create(use.Options))).Location, StringComparison.Ordinal);
        Assert.Equal(Refusal.PasskeyChallengeInvalid, Open(make.Challenge));

        Refusal Open(string sealedChallenge)
        {
            Server.Get<PasskeyChallenges>().Open(new Microsoft.AspNetCore.Http.DefaultHttpContext(), PasskeyCeremony.SignIn, null, sealedChallenge).Try(out _, out var reason);
            return reason;
        }
    }

    [Fact]
    public async Task A_counter_that_goes_back_or_stands_still_is_a_copy_and_its_person_is_told()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync(new SoftAuthenticator { SignCount = 3 });
        using var browser = new Browser(Server);
        Assert.Equal("/", (await browser.UsePasskeyAsync(await browser.OpenAsync("/login"), passkey with { SignCount = 7 })).Location);
        foreach (var count in new uint[] { 7, 6, 1, 0 })
            await RefuseAsync(passkey with { SignCount = count });
        Assert.Equal("/", (await browser.UsePasskeyAsync(await browser.OpenAsync("/login"), passkey with { SignCount = 8 })).Location);

        var history = await Server.Get<SignInEvents>().ListAsync(await Server.UserIdAsync(username), Server.Clock.GetUtcNow(), 20, Cancellation);
        Assert.Equal(4, history.Count(e => e.Outcome == SignInOutcome.PasskeyMayBeCopied));
        Assert.Equal(Refusals.Of(Refusal.PasskeyRefused) with { Section = "" }, Refusals.Of(Refusal.PasskeyCounterWentBack) with { Section = "" });
    }

    [Fact]
    public async Task A_disabled_account_gets_the_answer_of_an_unknown_passkey_and_guesses_at_a_password_lock_nobody_out()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var unknown = new SoftAuthenticator { UserHandle = (await Server.UserIdAsync(username)).ToString() };
        await EditAsync(username, user => user.LockoutEnd = DateTimeOffset.MaxValue);
        using (var browser = new Browser(Server))
            Assert.Equal("/", (await browser.UsePasskeyAsync(await browser.OpenAsync("/login"), passkey)).Location);

        await EditAsync(username, user => user.DisabledAt = Server.Clock.GetUtcNow());
        Assert.Equal((await RefuseAsync(unknown)).WithoutTokens, (await RefuseAsync(passkey)).WithoutTokens);
    }

    [Fact]
    public async Task Nothing_of_a_request_moves_the_party_or_the_origin()
    {
        var (_, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var http = Server.NewBrowser();
        http.DefaultRequestHeaders.Host = "evil.example";
        http.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        http.DefaultRequestHeaders.Add("X-Forwarded-Host", "evil.example");
        var login = new Page("/login", HttpStatusCode.OK, new HttpResponseMessage().Headers, await http.GetStringAsync("/login", Cancellation));
        async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, Dictionary<string, string> fields)
        {
            using var form = new FormUrlEncodedContent(fields);
            using var answer = await http.PostAsync(path, form, Cancellation);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        }

        var json = System.Text.Json.JsonDocument.Parse((await PostAsync(SignIn + "/options", PasskeyPeople.Form(login, SignIn))).Body).RootElement;
        Assert.Equal("localhost", json.GetProperty("options").GetProperty("rpId").GetString());
        var fields = PasskeyPeople.Form(login, SignIn);
        foreach (var (name, value) in (passkey with { Origin = "https://evil.example", RpId = "evil.example" }).Get(json.GetProperty("options")))
            fields[name] = value;
        fields["challenge"] = json.GetProperty("challenge").GetString()!;
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(SignIn, fields)).Status);
    }

    public static TheoryData<string> LiesOfNewOnes => ["origin", "frame", "party", "challenge", "type", "absent", "algorithm"];

    [Theory]
    [MemberData(nameof(LiesOfNewOnes))]
    public async Task A_new_passkey_with_one_lie_in_it_is_not_added(string lie)
    {
        var username = await Server.AddPersonAsync();
        using var browser = await SignedInAsync(username);
        using var honest = new SoftAuthenticator();
        using var liar = lie switch
        {
            "origin" => honest with { Origin = "https://evil.example" },
            "frame" => honest with { CrossOrigin = true },
            "party" => honest with { RpId = "evil.example" },
            "challenge" => honest with { Challenge = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
            "type" => honest with { Type = "webauthn.get" },
            "absent" => honest with { IsUserPresent = false },
            _ => honest with { Algorithm = -35 },
        };
        Assert.EndsWith("?passkey=failed#passkeys", (await browser.AddPasskeyAsync(liar)).Location, StringComparison.Ordinal);
        Assert.Equal(0, await Server.Get<Passkeys>().CountAsync(await Server.UserIdAsync(username), Cancellation));
    }

    [Fact]
    public async Task A_new_passkey_counts_once_for_one_account()
    {
        var (username, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var thief = await SignedInAsync(await Server.AddPersonAsync());
        Assert.EndsWith("?passkey=failed#passkeys", (await thief.AddPasskeyAsync(passkey)).Location, StringComparison.Ordinal);

        using var browser = await SignedInAsync(username);
        var page = await browser.OpenAsync(PasskeyPeople.Section);
        var (options, challenge) = await browser.AskAsync(page, Make);
        using var another = new SoftAuthenticator();
        await browser.AnswerAsync(page, Make, challenge, another.Create(options));
        Assert.EndsWith("?passkey=failed#passkeys", (await browser.AnswerAsync(page, Make, challenge, (another with { CredentialId = new byte[16] }).Create(options))).Location, StringComparison.Ordinal);
        Assert.Equal(2, await Server.Get<Passkeys>().CountAsync(await Server.UserIdAsync(username), Cancellation));
        Assert.Equal("The passkey is registered already.", Refusals.Of(Refusal.PasskeyTaken).Description);
        Assert.Equal(400, Refusals.Of(Refusal.TooManyPasskeys).Status);
        Assert.Equal(400, Refusals.Of(Refusal.PasskeyIsOnlyWayIn).Status);
    }

    [Fact]
    public async Task Nobody_renames_or_removes_anothers_and_no_other_session_adds_one()
    {
        var (victim, passkey) = await Server.AddPersonWithPasskeyAsync();
        using var owner = await SignedInAsync(victim);
        var shown = await owner.OpenAsync(PasskeyPeople.Section);
        using var thief = await SignedInAsync(await Server.AddPersonAsync());
        var page = await thief.OpenAsync(PasskeyPeople.Section);
        var fields = PasskeyPeople.Form(page, Make);
        fields["credential_id"] = System.Buffers.Text.Base64Url.EncodeToString(passkey.CredentialId);
        fields["name"] = "Mine";
        foreach (var action in new[] { "/account/passkeys/rename", "/account/passkeys/remove" })
            Assert.EndsWith("?passkey=failed#passkeys", (await thief.SendAsync(HttpMethod.Post, action, fields)).Location, StringComparison.Ordinal);
        Assert.Contains("Phone", (await owner.OpenAsync(PasskeyPeople.Section)).Text, StringComparison.Ordinal);

        // A form that was shown to another session does nothing.
        fields["shown"] = PasskeyPeople.Form(shown, Make)["shown"];
        Assert.Equal("/account/security", (await thief.SendAsync(HttpMethod.Post, Make, fields)).Location);
    }

    private async Task<Page> RefuseAsync(SoftAuthenticator passkey, Action<Dictionary<string, string>>? edit = null)
    {
        using var browser = new Browser(Server);
        var login = await browser.OpenAsync("/login");
        var (options, challenge) = await browser.AskAsync(login, SignIn);
        var fields = passkey.Get(options);
        fields["challenge"] = challenge;
        edit?.Invoke(fields);
        var page = await browser.AnswerAsync(login, SignIn, fields["challenge"], fields);
        AssertRefused(page);
        Assert.Equal("/login?return_to=account", (await browser.SendAsync(HttpMethod.Get, "/account", null)).Location);
        return page;
    }

    private static void AssertRefused(Page page)
    {
        Assert.Equal((HttpStatusCode.BadRequest, "Sign in"), (page.Status, page.Heading));
        Assert.Contains("That passkey couldn’t be used", page.Text, StringComparison.Ordinal);
    }

    private async Task<Browser> SignedInAsync(string username)
    {
        var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        return browser;
    }

    private async Task EditAsync(string username, Action<User> edit)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var user = (await users.FindByNameAsync(username))!;
        edit(user);
        Assert.True((await users.UpdateAsync(user)).Succeeded);
    }
}
