using System.Net;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>What clients that register themselves may have, in the console; and those that are to stay away.</summary>
public sealed class RegistrationConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Markup = "<script>alert(1)</script>";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_policy_is_made_with_a_token_that_is_told_once_and_revoked()
    {
        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync("/admin/registration-policies/-/new")).FormWith("name=\"for\"");
        (string, string)[] fields =
            [("for", "token"), ("name", $"Partners {Markup}"), ("scope", "openid profile"), ("redirect_hosts", "*.partner.example"), ("max_clients", "7"), ("expires_in", "30"), ("require_pkce", "true")];

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(form, [.. fields, ("max_clients", "many")])).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(form, [.. fields, ("expires_in", "31")])).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(form, [.. fields, ("for", "everything")])).Status);
        Assert.Contains("id=\"redirect_hosts-mistake\"", (await person.SubmitAsync(form, [.. fields, ("redirect_hosts", "no host at all")])).Html, StringComparison.Ordinal);

        var shown = await person.SubmitAsync(form, fields);
        Assert.Equal($"Partners {Markup}", shown.Heading);
        Assert.DoesNotContain(Markup, shown.Html, StringComparison.Ordinal);
        var token = shown.Html.Split("id=\"token\">")[1].Split('<')[0];
        var policy = (await console.Server.Get<RegistrationPolicies>().ListAsync(10, Cancellation)).Single(one => one.MaxClients == 7);
        Assert.Equal(console.Server.Clock.GetUtcNow().AddDays(30), policy.ExpiresAt);
        Assert.Equal(policy.PolicyId, (await console.Server.Get<RegistrationPolicies>().FindByTokenAsync(SecretHash.Of(token), Cancellation))?.PolicyId);

        var again = await person.OpenAsync($"/admin/registration-policies/{policy.PolicyId:D}");
        Assert.DoesNotContain(token, again.Html, StringComparison.Ordinal);
        Assert.Contains("*.partner.example", again.Text, StringComparison.Ordinal);
        var revoked = await person.SubmitAsync(await person.OpenAsync($"/admin/registration-policies/{policy.PolicyId:D}/revoke"));
        Assert.Contains("Nothing more can be registered by it", (await person.OpenAsync($"/admin/registration-policies/{policy.PolicyId:D}/revoke")).Text + revoked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/revoke\"", revoked.Html, StringComparison.Ordinal);
        Assert.Contains("Revoked", (await person.OpenAsync("/admin/registration-policies")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_holds_without_a_token_is_set_anew()
    {
        using var person = await console.OperatorAsync("admin");
        var form = (await person.OpenAsync("/admin/registration-policies/-/new")).FormWith("name=\"for\"");
        foreach (var (most, scope) in new[] { ("20", "openid"), ("30", "openid email") })
        {
            var set = await person.SubmitAsync(form, ("for", "open"), ("scope", scope), ("max_clients", most));
            Assert.Equal($"/admin/registration-policies/{RegistrationPolicy.OpenId:D}", set.Path);
            Assert.Contains($"0 of {most}", set.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_address_that_was_deleted_stays_away_until_it_is_let()
    {
        const string address = "https://agent.example/this&that.json";
        using var commands = CommandLine.On(console.Server.ConnectionString);
        await commands.DoneAsync(["clients", "delete", address]);
        using var auditor = await console.OperatorAsync("auditor");
        Assert.DoesNotContain("<form method=\"post\"", (await auditor.OpenAsync("/admin/clients/-/denied")).Html, StringComparison.Ordinal);

        using var person = await console.OperatorAsync("operator");
        var list = await person.OpenAsync("/admin/clients/-/denied");
        var let = await person.SubmitAsync(list.FormWith("this&amp;that"));
        Assert.Contains($"{address} may be a client again", let.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"https://agent.example/this&amp;that", let.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await person.SubmitAsync(list.FormWith("this&amp;that"))).Status);
    }
}
