using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Pages.Account;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Server.Tests.Pages.SignUp;
using IdentityProvider.Server.Tests.Upstream;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>What people do.</summary>
public sealed partial class AuditStories
{
    private async Task PeopleAsync()
    {
        await SignInsAsync();
        await SecondFactorsAsync();
        await PasskeysAsync();
        await AccountsAsync();
        await ElsewhereAsync();
        await DecisionsAsync();
    }

    private async Task SignInsAsync()
    {
        var username = await _server.AddPersonAsync();
        using var browser = new Browser(_server);
        for (var i = 0; i < 12; i++)
            await browser.SignInAsync(await browser.OpenAsync("/login"), username, "not the password");

        var another = await _server.AddPersonAsync();
        await browser.SignInAsync(await browser.OpenAsync("/login"), another);
        await browser.SubmitAsync(await browser.OpenAsync("/logout"));
    }

    private async Task SecondFactorsAsync()
    {
        var username = await _server.AddPersonAsync();
        using var browser = new Browser(_server);
        var app = await AuthenticatorApp.SetUpAsync(_server, browser, username);
        using var elsewhere = new Browser(_server);
        var second = await elsewhere.SignInAsync(await elsewhere.OpenAsync("/login"), username);
        second = await elsewhere.SubmitAsync(second.FormWith("name=\"code\""), ("code", app.WrongCode));
        await elsewhere.SubmitAsync(second.FormWith("recovery_code"), ("recovery_code", app.RecoveryCodes[0]));
        await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("recovery-codes"));
        await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("authenticator/remove"));
    }

    private async Task PasskeysAsync()
    {
        var (username, passkey) = await _server.AddPersonWithPasskeyAsync(new SoftAuthenticator { SignCount = 3 });
        using var browser = new Browser(_server);
        await browser.UsePasskeyAsync(await browser.OpenAsync("/login"), passkey with { SignCount = 7 });
        await browser.UsePasskeyAsync(await browser.OpenAsync("/login"), passkey with { SignCount = 5 });
        await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("action=\"/account/passkeys/rename\""), ("name", "The other phone"));
        await browser.SubmitAsync((await browser.OpenAsync(PasskeyPeople.Section)).FormWith("action=\"/account/passkeys/remove\""));

        // Signed in by a password alone, and asked for two factors: the session rises.
        using var riser = new Browser(_server);
        var (stepper, second) = await _server.AddPersonWithPasskeyAsync();
        await riser.SignInAsync(await riser.OpenAsync("/login"), stepper);
        var client = await _server.AddClientAsync(c => c with { RequireMfa = true, RequireConsent = false });
        await riser.UsePasskeyAsync(await riser.OpenAsync(client.Request()), second, "/login/second/passkey");
    }

    private async Task AccountsAsync()
    {
        var (address, later) = (Correspondent.NewAddress(), Correspondent.NewAddress());
        using var browser = new Browser(_server);
        await browser.FinishAsync(await browser.OpenLinkAsync(_server, "/signup", address));
        await browser.SubmitAsync(await browser.OpenAsync("/account/email"), ("email", later));
        await browser.SubmitAsync(await browser.OpenAsync((await _server.NewestMailToAsync(later)).Link));
        await browser.ChooseAsync(await browser.OpenLinkAsync(_server, "/forgot", later), "nine kettles under a slow moon");
        await browser.SignInAsync(await browser.OpenAsync("/login"), later, "nine kettles under a slow moon");
        await browser.SubmitAsync(
            await browser.OpenAsync("/account/password"),
            ("current_password", "nine kettles under a slow moon"), ("new_password", "four ladders for the green owl"), ("repeated_password", "four ladders for the green owl"));
        await browser.SubmitAsync(await browser.OpenAsync("/account/profile"), ("name", "Zoë the Secretive"));
        await browser.SubmitAsync((await browser.OpenAsync("/account/data")).FormWith("export"));
        await browser.SubmitAsync((await browser.OpenAsync("/account/data")).FormWith("confirmation"), (DataPages.ConfirmationField, later));
    }

    private async Task ElsewhereAsync()
    {
        await using var fake = await FakeUpstream.StartAsync(_server, u => u with { Create = UpstreamCreation.Always });
        using var browser = new Browser(_server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await _server.AddPersonAsync());
        await browser.OpenAsync(fake.Answer(await browser.SubmitOnceAsync((await browser.OpenAsync("/account/links")).FormWith(fake.Name))));
        await browser.SubmitAsync((await browser.OpenAsync("/account/links")).FormWith("/account/links/remove"));
    }

    private async Task DecisionsAsync()
    {
        var username = await _server.AddPersonAsync();
        using var browser = new Browser(_server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), username);
        var app = await AppAccess.OpenAsync(_server, browser);
        await browser.SubmitAsync((await browser.OpenAsync("/account")).FormWith(app.Client.ClientId));
        await (await Device.StartAsync(_server)).ConnectAsync(browser, username);
        await browser.SubmitAsync(await (await Device.StartAsync(_server)).QuestionAsync(browser, username), ("decision", "deny"));
    }
}
