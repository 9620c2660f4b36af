using System.Net;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Pages.SignUp;

/// <summary><c>idp users invite</c> and <c>/invitation</c>; and what <c>idp users create</c> makes of an address.</summary>
public sealed class InvitationTests
{
    [Fact]
    public async Task An_invitation_makes_one_account_with_its_roles_within_a_week()
    {
        await using var server = await StartAsync();
        using var commands = On(server, "Invitation");
        var invited = await commands.DoneAsync(["users", "invite", "--email", "Ada@Example.com", "--role", "cook", "--role", "pot washer"]);
        Assert.Equal("Ada@example.com", (string?)invited["email"]);

        server.Clock.Advance(TimeSpan.FromMinutes(10)); // the command's clock is the machine's
        var mail = await server.NewestMailToAsync("Ada@example.com");
        Assert.Equal("You are invited to localhost:8080", mail.Subject);
        using var browser = new Browser(server);
        var finish = await browser.OpenAsync(mail.Link);
        Assert.Equal("Your account", (await browser.FinishAsync(finish)).Heading);
        Assert.Equal("This link does not work any more", (await browser.OpenAsync(mail.Link)).Heading);
        await using var scope = server.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        Assert.Equal(["cook", "pot washer"], (await users.GetRolesAsync((await users.FindByNameAsync("ada@example.com"))!)).Order(StringComparer.Ordinal));

        Assert.Equal("email: Ada@example.com has an account already", (await commands.RunAsync(["users", "invite", "--email", "Ada@example.com"])).Refusal);
        await commands.DoneAsync(["users", "invite", "--email", "late@example.com", "--language", "de"]);
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        var late = await server.NewestMailToAsync("late@example.com");
        Assert.Equal("Sie sind zu localhost:8080 eingeladen", late.Subject);
        server.Clock.Advance(AccountLinkRules.LifetimeOf(AccountLinkPurpose.Invitation));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync(late.Link)).Status);
    }

    [Theory]
    [InlineData("Off", "ada@example.com", "Idp:Accounts:Registration: is Off, so nobody can follow an invitation: set it to Invitation")]
    [InlineData("Invitation", "ada", "email: must be an address that mail can be sent to")]
    [InlineData("Invitation", "ada@example.com\r\nBcc: eve@example.com", "email: must be an address that mail can be sent to")]
    public async Task What_can_not_be_sent_is_told(string registration, string email, string reason)
    {
        await using var server = await StartAsync();
        using var commands = On(server, registration);
        Assert.Equal(reason, (await commands.RunAsync(["users", "invite", "--email", email])).Refusal);
    }

    [Fact]
    public async Task An_operators_claims_set_the_address_by_which_the_person_is_found()
    {
        await using var server = await StartAsync();
        using var commands = On(server, "Off");
        async Task<CommandRun> CreateAsync(string username, string claims) =>
            await commands.RunAsync(["users", "create", "--username", username, "--password", "a lighthouse keeper's own tune", "--claims", "-", "--json"], claims);

        var made = await CreateAsync("ada", """{"email":"ada@EXAMPLE.com","email_verified":true,"name":"Ada"}""");
        Assert.True(made.ExitCode == 0, made.StandardError);
        var user = (await server.FindAsync("ada"))!;
        Assert.Equal(("ada@example.com", "ADA@EXAMPLE.COM", true), (user.Email, user.NormalizedEmail, user.EmailConfirmed));
        Assert.Equal("email: belongs to another account", (await CreateAsync("eve", """{"email":"ADA@example.com","email_verified":true}""")).Refusal);
        Assert.Equal("email: must be an address that mail can be sent to", (await CreateAsync("eve", """{"email":"not an address"}""")).Refusal);
        Assert.Equal(0, (await CreateAsync("said", """{"email":"ada@example.com"}""")).ExitCode);
        Assert.False((await server.FindAsync("said"))!.EmailConfirmed);
        Assert.StartsWith("username: ", (await CreateAsync("Ada@example.com", "{}")).Refusal, StringComparison.Ordinal);
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(change: settings => settings with { Accounts = new() { Registration = AccountRegistration.Invitation } }, at: TimeProvider.System.GetUtcNow());

    private static CommandLine On(TestServer server, string registration) => CommandLine.On(server.ConnectionString).With("Idp__Accounts__Registration", registration);
}
