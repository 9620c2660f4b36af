using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Tests.Audit;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Mail;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>What an operator writes of a person, who that person is elsewhere, and offering somebody an account.</summary>
public sealed class ProfileConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Markup = "<script>alert(1)</script>";

    private TestServer Server => console.Server;

    [Fact]
    public async Task A_profile_is_changed_field_by_field_and_what_is_wrong_is_said_at_its_field()
    {
        var username = await Server.AddPersonAsync(user => user.Claims = """{"name":"Ada","email":"ada@old.example","email_verified":true,"website":"https://ada.example"}""");
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync(await PathAsync(username) + "/profile");
        Assert.Equal($"The profile of {username}", page.Heading);
        Assert.Contains("value=\"ada@old.example\"", page.Html, StringComparison.Ordinal);
        var form = page.FormWith("given_name");

        var refused = await person.SubmitAsync(form, ("name", Markup), ("birthdate", "yesterday"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("id=\"birthdate-mistake\"", refused.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, refused.Html, StringComparison.Ordinal);

        var changed = await person.SubmitAsync(form, ("name", $"Ada {Markup}"), ("email", "ada@new.example"), ("email_verified", "true"), ("address.country", "GB"));
        Assert.Contains($"The profile of {username} is changed.", changed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, changed.Html, StringComparison.Ordinal);
        var claims = await ClaimsAsync(username);
        Assert.Equal(($"Ada {Markup}", "ada@new.example", false, "GB"), ((string?)claims["name"], (string?)claims["email"], (bool)claims["email_verified"]!, (string?)claims["address"]!["country"]));
        Assert.Null(claims["website"]);
        Assert.Contains(await Server.AuditAsync(), line => line.Action == "user.changed" && line.Actor.Kind == AuditActorKind.Person && line.Actor.ClientId == "idp-console");

        // A form that was shown before somebody else's change loses nothing of it.
        var late = await person.SubmitAsync(form, ("name", "Late"));
        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.Contains("value=\"Late\"", late.Html, StringComparison.Ordinal);
        Assert.Equal($"Ada {Markup}", (string?)(await ClaimsAsync(username))["name"]);
    }

    [Fact]
    public async Task An_address_that_is_known_to_be_anothers_is_refused()
    {
        var address = $"{Server.Get<Entropy>().NewId():N}@example.com";
        await Server.AddPersonAsync(user => user.SetEmail(address, isVerified: true, now: null));
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync(await PathAsync(await Server.AddPersonAsync()) + "/profile");
        var refused = await person.SubmitAsync(page.FormWith("given_name"), ("email", address), ("email_verified", "true"));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains("id=\"email-mistake\"", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_somebody_is_elsewhere_is_said_and_taken_back()
    {
        using var commands = CommandLine.On(Server.ConnectionString);
        await commands.DoneAsync(["upstreams", "create", "--name", "partner", "--issuer", "https://partner.example", "--client-id", "us", "--auth-method", "none", "--label", "Partner"]);
        var username = await Server.AddPersonAsync();
        var path = await PathAsync(username);
        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync(path)).FormWith("name=\"subject\"");

        Assert.Equal(HttpStatusCode.NotFound, (await person.SubmitAsync(form, ("issuer", "https://stranger.example"), ("subject", "1"))).Status);
        var linked = await person.SubmitAsync(form, ("issuer", "https://partner.example"), ("subject", $"ada {Markup}"));
        Assert.Contains($"{username} is ada {Markup} of https://partner.example.", linked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, linked.Html, StringComparison.Ordinal);
        var unlinked = await person.SubmitAsync(linked.FormWith("/links/end"));
        Assert.Contains($"{username} is no longer ada {Markup} of https://partner.example.", unlinked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/links/end", unlinked.Html, StringComparison.Ordinal);
        var written = (await Server.AuditAsync()).Select(line => line.Action).ToList();
        Assert.Contains("user.linked", written);
        Assert.Contains("user.unlinked", written);

        // An account that opens administration is an admin's matter.
        using var admin = await console.OperatorAsync("admin");
        var theirs = (await person.OpenAsync(await PathAsync(admin.Username))).FormWith("name=\"subject\"");
        Assert.Equal(HttpStatusCode.Forbidden, (await person.SubmitAsync(theirs, ("issuer", "https://partner.example"), ("subject", "eve"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.SubmitAsync((await person.OpenAsync(await PathAsync(admin.Username) + "/profile")).FormWith("given_name"), ("name", "Eve"))).Status);
    }

    [Fact]
    public async Task Who_only_looks_is_offered_neither()
    {
        using var person = await console.OperatorAsync("auditor");
        var path = await PathAsync(await Server.AddPersonAsync());
        Assert.DoesNotContain("/links", (await person.OpenAsync(path)).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync(path + "/profile")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync("/admin/users/-/invite")).Status);
        Assert.DoesNotContain("/invite", (await person.OpenAsync("/admin/users")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_is_invited_by_a_mail_alone()
    {
        await using var server = await TestServer.StartAsync(change: settings => settings with { Accounts = new() { Registration = AccountRegistration.Invitation } });
        using var person = new Operator(server, await server.AddPersonAsync());
        await ConsoleServer.GiveAsync(server, person.Username, "operator");
        await person.SignInAsync(await person.OpenAsync("/admin"));
        var form = (await person.OpenAsync("/admin/users/-/invite")).FormWith("name=\"email\"");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(form, ("email", "ada"), ("language", "en"))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(form, ("email", "ada@example.com"), ("language", "tlh"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.SubmitAsync(form, ("email", "ada@example.com"), ("language", "en"), ("roles", "cook\nadmin"))).Status);
        var sent = await person.SubmitAsync(form, ("email", "ada@example.com"), ("language", "de"), ("roles", "cook"));
        Assert.Equal("/admin/users", sent.Path);
        Assert.Contains("An invitation goes to ada@example.com;", sent.Text, StringComparison.Ordinal);

        var mail = await server.NewestMailToAsync("ada@example.com");
        Assert.Equal("Sie sind zu localhost:8080 eingeladen", mail.Subject);
        Assert.DoesNotContain(mail.Link, sent.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_invited_where_nobody_could_follow()
    {
        using var person = await console.OperatorAsync("operator");
        var page = await person.OpenAsync("/admin/users/-/invite");
        Assert.Contains("Nobody can follow an invitation here", page.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(page.FormWith("name=\"email\""), ("email", "ada@example.com"), ("language", "en"))).Status);
    }

    private async Task<string> PathAsync(string username) => $"/admin/users/{await Server.UserIdAsync(username):D}";

    private async Task<JsonObject> ClaimsAsync(string username) =>
        (await Server.Get<Users>().FindClaimsAsync(await Server.UserIdAsync(username), TestContext.Current.CancellationToken))!.Claims.DeepClone().AsObject();
}
