using System.Net;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>Two who have the same form open: who saves second overwrites nothing that they haven't seen, and is told who was first.</summary>
public sealed class TwoOperatorsTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Each form that writes all of something anew: where it stands, a field, what that says at first, by the one and by the other.
    public static TheoryData<string, string, string, string> Forms => new()
    {
        { "/admin/clients/{0}/edit", "client_name", "Shop of the first", "Shop of the second" },
        { "/admin/resources/https%3A%2F%2F{0}.example/edit", "name", "Api of the first", "Api of the second" },
        { "/admin/roles/{0}", "require_mfa", "true", "" },
        { "/admin/upstreams/{0}/edit", "label", "Work of the first", "Work of the second" },
        { "/admin/users/{1}/profile", "nickname", "Nick of the first", "Nick of the second" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Who_saves_second_is_told_who_was_first_and_sees_both(string path, string field, string first, string second)
    {
        var name = "two-" + console.Server.Get<Entropy>().NewId().ToString("N")[..12];
        path = string.Format(null, path, name, await MakeAsync(name));

        // What was made is told before what is changed.
        console.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        using var one = await console.OperatorAsync("admin");
        using var other = await console.OperatorAsync("admin");
        var (ofOne, ofOther) = ((await one.OpenAsync(path)).FormWith("\"version\""), (await other.OpenAsync(path)).FormWith("\"version\""));

        Assert.Equal(HttpStatusCode.OK, (await SaveAsync(one, ofOne, field, first)).Status);
        var standing = await StoredAsync();
        var late = await SaveAsync(other, ofOther, field, second);

        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.Equal(standing, await StoredAsync());
        Assert.Contains("Somebody else changed this while it was open here.", late.Text, StringComparison.Ordinal);
        Assert.Contains($".changed by {one.Username} , ", late.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/admin/audit/", late.FormWith("\"version\"").Html, StringComparison.Ordinal);
        Assert.Contains($"id=\"{field}-stands\"", late.Html, StringComparison.Ordinal);
        Assert.Contains(first == "true" ? "Stands now: ticked" : $"Stands now: {first}", late.Text, StringComparison.Ordinal);
        Assert.Equal(1, late.Html.Split("-stands\">").Length - 1);
        if (second.Length > 0)
            Assert.Contains($"value=\"{second}\"", late.Html, StringComparison.Ordinal);

        // Now they have seen it.
        Assert.Equal(HttpStatusCode.OK, (await SaveAsync(other, late.FormWith("\"version\""), field, second)).Status);
        Assert.NotEqual(standing, await StoredAsync());
    }

    [Fact]
    public async Task A_form_that_says_no_version_or_any_overwrites_nothing()
    {
        await MakeAsync("unversioned");
        using var person = await console.OperatorAsync("admin");
        var form = (await person.OpenAsync("/admin/roles/unversioned")).FormWith("\"version\"");
        foreach (var version in new[] { "", "*", "W/" + form.Fields["version"] })
            Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(form, ("version", version), ("require_mfa", "true"))).Status);
        Assert.Contains("not asked for", (await person.OpenAsync("/admin/roles/unversioned")).Text, StringComparison.Ordinal);
    }

    // A browser sends all that stands in a form, not what is hidden alone; a box that isn't ticked it leaves out.
    private static Task<Page> SaveAsync(Operator person, Page form, string field, string value)
    {
        var filled = form.Filled;
        filled[field] = value;
        return person.SubmitAsync(form, [.. filled.Select(pair => (pair.Key, pair.Value))]);
    }

    // One of each; the person's sub.
    private async Task<Guid> MakeAsync(string name)
    {
        await using var scope = console.Server.Services.CreateAsyncScope();
        var (me, services) = (Actor.Command("me"), scope.ServiceProvider);
        Done(await services.GetRequiredService<RoleOperations>().CreateAsync(me, name, requireMfa: false));
        Done(await services.GetRequiredService<ClientOperations>().CreateAsync(me, new ClientMetadata { ClientId = name, RedirectUris = ["https://shop.example/cb"] }, Cancellation));
        Done(await services.GetRequiredService<ResourceOperations>().CreateAsync(me, new ResourceMetadata { Identifier = $"https://{name}.example", Scopes = [new("a.read")] }, Cancellation));
        Done(await services.GetRequiredService<UpstreamOperations>().CreateAsync(
            me, new UpstreamMetadata { Name = name, Issuer = $"https://{name}.example", ClientId = "us", ClientSecret = "a-secret-of-ours", Label = "Work" }, Cancellation));
        return await console.Server.UserIdAsync(await console.Server.AddPersonAsync());
    }

    private static void Done<T>(Operated<T> operated)
        where T : notnull => Assert.True(operated.Try(out _, out var fault), fault?.ToString());

    private async Task<string> StoredAsync() => string.Join('\n', await Task.WhenAll(((string[])["Clients", "Resources", "Roles", "Upstreams", "Users"]).Select(table => DatabaseText.OfAsync(console.Server.ConnectionString, table))));
}
