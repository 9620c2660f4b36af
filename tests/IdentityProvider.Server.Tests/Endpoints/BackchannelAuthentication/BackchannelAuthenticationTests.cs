using System.Net;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Tests.Endpoints.Registration;
using IdentityProvider.Server.Tests.Http;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Endpoints.BackchannelAuthentication;

public sealed class BackchannelAuthenticationTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private TestServer Server => fixture.Server;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_person_is_asked_on_their_account_page_and_the_client_gets_tokens_by_asking()
    {
        var (client, username) = (await AddTillAsync(), await Server.AddPersonAsync());
        var (status, started) = await StartAsync(client, username, ("binding_message", "Till 7: <b>W4SCT</b>"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["auth_req_id", "expires_in", "interval"], started.EnumerateObject().Select(m => m.Name));
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));

        using var browser = new Browser(Server);
        var account = await browser.SignInAsync(await browser.OpenAsync("/login?return_to=account"), username);
        Assert.Contains("Waiting for your answer", account.Text, StringComparison.Ordinal);
        Assert.Contains("The Till", account.Text, StringComparison.Ordinal);
        Assert.Contains("Till 7: &lt;b&gt;W4SCT&lt;/b&gt;", account.Html, StringComparison.Ordinal);
        Assert.Contains("Read your notes", account.Text, StringComparison.Ordinal);

        var answered = await browser.SubmitAsync(account.FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Contains("It goes on there in a few seconds", answered.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Waiting for your answer", answered.Text, StringComparison.Ordinal);

        var tokens = (await AskAsync(client, started)).Answer;
        var idToken = JsonDocument.Parse(Jose.CanonicalBase64Url.DecodeOrNull(tokens.GetProperty("id_token").GetString()!.Split('.')[1])).RootElement;
        Assert.Equal((await Server.UserIdAsync(username)).ToString("D"), idToken.GetProperty("sub").GetString());
        Assert.Equal(started.GetProperty("auth_req_id").GetString(), idToken.GetProperty("urn:openid:params:jwt:claim:auth_req_id").GetString());
        Assert.Equal("invalid_grant", Error(await AskAsync(client, started)));
    }

    [Fact]
    public async Task A_no_reaches_the_client_and_nobody_answers_for_another()
    {
        var (client, username, stranger) = (await AddTillAsync(), await Server.AddPersonAsync(), await Server.AddPersonAsync());
        var (_, started) = await StartAsync(client, username);
        using var browser = new Browser(Server);
        using var strangers = new Browser(Server);
        var account = (await browser.SignInAsync(await browser.OpenAsync("/login?return_to=account"), username)).FormWith("/account/requests/answer");

        // The stranger sends the very request, by a form of their own.
        await StartAsync(client, stranger);
        var others = (await strangers.SignInAsync(await strangers.OpenAsync("/login?return_to=account"), stranger)).FormWith("/account/requests/answer");
        var refused = await strangers.SubmitAsync(others, ("decision", "allow"), ("request", account.Fields["request"]));
        Assert.Contains("That was answered already, or its time is over", refused.Text, StringComparison.Ordinal);
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));

        var denied = await browser.SubmitAsync(account, ("decision", "deny"));
        Assert.Contains("It got nothing of yours", denied.Text, StringComparison.Ordinal);
        Assert.Equal("access_denied", Error(await AskAsync(client, started)));
    }

    [Fact]
    public async Task A_client_that_is_told_hears_of_the_answer_once_by_its_own_token()
    {
        await using var listener = await Listener.StartAsync();
        var (client, username) = (await AddTillAsync(listener.Address + "ping"), await Server.AddPersonAsync());
        var (_, started) = await StartAsync(client, username, ("client_notification_token", "the-clients-own-token"));
        await using (var db = await Server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(Cancellation))
        {
            var kept = await db.DecoupledRequests.Where(r => r.ClientId == client.ClientId).Select(r => r.SealedNotificationToken!).SingleAsync(Cancellation);
            Assert.DoesNotContain("the-clients-own-token", Encoding.Latin1.GetString(kept), StringComparison.Ordinal);
        }

        using var browser = new Browser(Server);
        var account = await browser.SignInAsync(await browser.OpenAsync("/login?return_to=account"), username);
        await browser.SubmitAsync(account.FormWith("/account/requests/answer"), ("decision", "allow"));
        await Task.WhenAll(await Server.Get<OutboxDelivery>().StartDueAsync(Cancellation));
        await Server.Get<OutboxDelivery>().IdleAsync();

        var (path, _, headers) = Assert.Single(listener.Requests);
        Assert.Equal(("/ping", "Bearer the-clients-own-token"), (path, headers.Authorization.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, started)).Status);
    }

    [Fact]
    public async Task A_client_that_wants_a_recent_sign_in_gets_one_before_the_yes_counts()
    {
        var (client, username) = (await AddTillAsync(edit: c => c with { DefaultMaxAge = 60 }), await Server.AddPersonAsync());
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        Server.Clock.Advance(TimeSpan.FromMinutes(2));
        var (_, started) = await StartAsync(client, username);

        var login = await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Equal("Sign in", login.Heading);
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));
        var account = await browser.SignInAsync(login, username);
        await browser.SubmitAsync(account.FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, started)).Status);
    }

    [Fact]
    public async Task A_client_that_requires_two_factors_gets_no_yes_by_one_and_the_question_waits_for_the_second()
    {
        var (client, username) = (await AddTillAsync(edit: c => c with { RequireMfa = true }), await Server.AddPersonAsync());
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        using var phone = new Browser(Server);
        var app = await AuthenticatorApp.SetUpAsync(Server, phone, username);
        var (_, started) = await StartAsync(client, username);

        var second = await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Equal("One more step", second.Heading);
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));
        Assert.Equal("One more step", (await browser.SubmitAsync(second, ("code", app.WrongCode))).Heading);
        Assert.Equal("One more step", (await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "allow"))).Heading);
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));

        // The code alone answers nothing: the person says yes by their own click.
        var account = await browser.SubmitAsync(second, ("code", app.NextCode()));
        Assert.Equal("Your account", account.Heading);
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));
        await browser.SubmitAsync(account.FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, started)).Status);
    }

    [Fact]
    public async Task Whoever_has_no_second_factor_yet_sets_one_up_before_their_yes_and_a_no_needs_none()
    {
        var (client, username) = (await AddTillAsync(edit: c => c with { RequireMfa = true }), await Server.AddPersonAsync());
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var (_, denied) = await StartAsync(client, username);
        Assert.Contains("It got nothing of yours", (await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "deny"))).Text, StringComparison.Ordinal);
        Assert.Equal("access_denied", Error(await AskAsync(client, denied)));

        var (_, started) = await StartAsync(client, username);
        var setup = await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Equal("Set up a second step", setup.Heading);
        await AuthenticatorApp.ConfirmAsync(Server, browser, setup);
        Assert.Equal("authorization_pending", Error(await AskAsync(client, started)));
        await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith("/account/requests/answer"), ("decision", "allow"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, started)).Status);
    }

    [Fact]
    public async Task Asks_nobody_unknown_and_nobody_too_often()
    {
        var (client, username) = (await AddTillAsync(), await Server.AddPersonAsync());
        Assert.Equal("unknown_user_id", Error(await StartAsync(client, "nobody-of-that-name")));
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await StartAsync(client, username)).Status);
        Assert.Equal(Refusals.Of(Refusal.BackchannelTooManyWaiting).Error, Error(await StartAsync(client, username)));
    }

    [Fact]
    public async Task Of_a_client_that_registered_itself_it_says_that_nobody_has_checked_its_name()
    {
        var username = await Server.AddPersonAsync();
        var (token, _) = await Server.PolicyAsync(policy => policy with { GrantTypes = [GrantTypes.Backchannel] });
        var registered = await Server.RegisterAsync(token, $$"""{"client_name":"Your bank","grant_types":["{{GrantTypes.Backchannel}}"],"token_endpoint_auth_method":"client_secret_post","backchannel_token_delivery_mode":"poll","scope":"openid notes.read"}""");
        using var browser = new Browser(Server);
        await StartAsync(await AddTillAsync(), username);
        var account = await browser.SignInAsync(await browser.OpenAsync("/login?return_to=account"), username);
        Assert.DoesNotContain("Nobody here has checked", account.Text, StringComparison.Ordinal);

        var form = new Dictionary<string, string>
        {
            ["client_id"] = registered["client_id"]!, ["client_secret"] = registered["client_secret"]!, ["scope"] = "openid", ["login_hint"] = username,
        };
        Assert.Equal(HttpStatusCode.OK, (await Device.PostAsync(Server, "/bc-authorize", form)).Status);
        Assert.Contains("This app registered itself. Nobody here has checked what it calls itself.", (await browser.OpenAsync("/account")).Text, StringComparison.Ordinal);
    }

    private static string Error((HttpStatusCode Status, JsonElement Answer) answer) => answer.Answer.GetProperty("error").GetString()!;

    private Task<Client> AddTillAsync(string? notificationEndpoint = null, Func<Client, Client>? edit = null) => Server.AddClientAsync(client =>
    {
        var till = client with
        {
            ClientName = "The Till",
            GrantTypes = [GrantTypes.Backchannel],
            RedirectUris = [],
            PostLogoutRedirectUris = [],
            TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost,
            Secrets = SignedIn.App.Secrets,
            BackchannelTokenDeliveryMode = notificationEndpoint is null ? BackchannelDelivery.Poll : BackchannelDelivery.Ping,
            BackchannelClientNotificationEndpoint = notificationEndpoint,
        };
        return edit?.Invoke(till) ?? till;
    });

    private Task<(HttpStatusCode Status, JsonElement Answer)> StartAsync(Client client, string username, params (string Name, string Value)[] more)
    {
        var form = Credentials(client);
        (form["scope"], form["login_hint"]) = ("openid notes.read", username);
        foreach (var (name, value) in more)
            form[name] = value;
        return Device.PostAsync(Server, "/bc-authorize", form);
    }

    private Task<(HttpStatusCode Status, JsonElement Answer)> AskAsync(Client client, JsonElement started)
    {
        var form = Credentials(client);
        (form["grant_type"], form["auth_req_id"]) = (GrantTypes.Backchannel, started.GetProperty("auth_req_id").GetString()!);
        Server.Clock.Advance(TimeSpan.FromSeconds(5));
        return Device.PostAsync(Server, "/token", form);
    }

    private static Dictionary<string, string> Credentials(Client client) => new() { ["client_id"] = client.ClientId, ["client_secret"] = SignedIn.Secret };
}
