using System.Net;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>The keys in the console, each test with a server of its own: a revocation is everybody's.</summary>
public sealed class KeyConsoleTests : IAsyncLifetime
{
    private TestServer _server = null!;
    private Operator _person = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _person = new Operator(_server, await _server.AddPersonAsync());
        await ConsoleServer.GiveAsync(_server, _person.Username, "admin");
        await _person.SignInAsync(await _person.OpenAsync("/admin"));
    }

    public async ValueTask DisposeAsync()
    {
        _person.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_rotation_is_announced_and_said()
    {
        var page = await _person.OpenAsync("/admin/keys");
        Assert.Contains("Next rotation", page.Text, StringComparison.Ordinal);
        var done = await _person.SubmitAsync(page.FormWith("at_once"));
        Assert.Equal("/admin/keys", done.Path);
        Assert.Contains("signs from", done.Text, StringComparison.Ordinal);
        Assert.Contains("announced", done.Text, StringComparison.Ordinal);
        Assert.Equal(2, (await KeysAsync()).Count);

        // Told once.
        Assert.DoesNotContain("role=\"status\"", (await _person.OpenAsync("/admin/keys")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rotation_at_once_signs_now()
    {
        var page = await _person.OpenAsync("/admin/keys");
        await _person.SubmitAsync(page.FormWith("at_once"), ("at_once", "true"));
        Assert.Equal([KeyState.Retired, KeyState.Active], (await KeysAsync()).Select(key => key.State));
    }

    [Fact]
    public async Task A_revocation_says_what_it_breaks_wants_it_typed_and_is_in_the_audit()
    {
        var kid = (await KeysAsync()).Single().Kid;
        await _server.AddClientAsync();
        var asked = await _person.OpenAsync($"/admin/keys/{kid}/revoke");
        Assert.Equal($"Revoke {kid[..8]}", asked.Heading);
        Assert.Contains("1 answer with tokens", asked.Text, StringComparison.Ordinal);
        Assert.Contains("1 sign-in of an app stays", asked.Text, StringComparison.Ordinal);
        var form = asked.FormWith("confirmation");

        var refused = await _person.SubmitAsync(form, ("confirmation", "yes"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("aria-invalid=\"true\"", refused.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"yes\"", refused.Html, StringComparison.Ordinal);
        Assert.Equal(KeyState.Active, (await KeysAsync()).Single().State);

        var done = await _person.SubmitAsync(form, ("confirmation", kid[..8]));
        Assert.Equal("/admin/keys", done.Path);
        Assert.Contains($"{kid[..8]} is revoked", done.Text, StringComparison.Ordinal);
        Assert.Equal([KeyState.Revoked, KeyState.Active], (await KeysAsync()).Select(key => key.State));
        var line = Assert.Single(await _server.Get<AuditEvents>().SearchAsync(new AuditSearch { Actions = [AuditActions.NameOf(AuditAction.KeyRevoked)] }, null, 10, Cancellation));
        Assert.Equal((AuditActorKind.Person, "idp-console"), (line.Event.Actor.Kind, line.Event.Actor.ClientId));

        var again = await _person.SubmitAsync(form, ("confirmation", kid[..8]));
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
    }

    [Fact]
    public async Task A_revocation_needs_a_sign_in_of_just_now_and_comes_back_to_where_it_was_asked()
    {
        var path = $"/admin/keys/{(await KeysAsync()).Single().Kid}/revoke";
        var form = (await _person.OpenAsync(path)).FormWith("confirmation");
        _server.Clock.Advance(TimeSpan.FromMinutes(6));
        var login = await _person.OpenAsync(path);
        Assert.StartsWith("/login", login.Path, StringComparison.Ordinal);
        var late = await _person.SubmitAsync(form, ("confirmation", path.Split('/')[3][..8]));
        Assert.StartsWith("/login", late.Path, StringComparison.Ordinal);
        Assert.Equal(KeyState.Active, (await KeysAsync()).Single().State);

        var page = await _person.SignInAsync(late);
        Assert.Equal((path, HttpStatusCode.OK), (page.Path, page.Status));
    }

    [Fact]
    public async Task A_sign_in_anew_takes_the_place_of_the_one_that_the_browser_had()
    {
        using var elsewhere = new Operator(_server, _person.Username);
        await elsewhere.SignInAsync(await elsewhere.OpenAsync("/admin"));
        _server.Clock.Advance(TimeSpan.FromMinutes(6));
        await _person.SignInAsync(await _person.OpenAsync($"/admin/keys/{(await KeysAsync()).Single().Kid}/revoke"));

        Assert.Equal("RevokedByClient", await ClusterFolder.AskAsync(_server.ConnectionString, """SELECT string_agg(f."Detail"::json->>'reason', ' ') FROM "AuditEvents" f WHERE f."Action" = 'family.ended' """));
        Assert.Equal("2 of 3", await ClusterFolder.AskAsync(_server.ConnectionString, """SELECT count(*) FILTER (WHERE "EndedAt" IS NULL) || ' of ' || count(*) FROM "TokenFamilies" WHERE "ClientId" = 'idp-console' """));
        Assert.Equal("Keys", (await elsewhere.OpenAsync("/admin/keys")).Heading);
        Assert.Equal("Keys", (await _person.OpenAsync("/admin/keys")).Heading);
    }

    [Fact]
    public async Task Who_has_a_second_factor_shows_it_before_a_revocation()
    {
        var path = $"/admin/keys/{(await KeysAsync()).Single().Kid}/revoke";
        Assert.Equal(path, (await _person.OpenAsync(path)).Path);
        using var elsewhere = new Browser(_server);
        var app = await AuthenticatorApp.SetUpAsync(_server, elsewhere, _person.Username);
        var second = await _person.OpenAsync(path);
        Assert.StartsWith("/login/second", second.Path, StringComparison.Ordinal);
        var page = await _person.SubmitAsync(second, ("code", app.NextCode()));
        Assert.Equal((path, HttpStatusCode.OK), (page.Path, page.Status));
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_said_to_be_not_there() =>
        Assert.Equal((HttpStatusCode.NotFound, "There is no such thing"), await StatusOfAsync("/admin/keys/none/revoke"));

    private async Task<(HttpStatusCode, string)> StatusOfAsync(string path)
    {
        var page = await _person.OpenAsync(path);
        return (page.Status, page.Heading);
    }

    private async Task<List<KeyListing>> KeysAsync() => [.. (await _server.Get<KeyOperations>().ListAsync(Cancellation)).OrderBy(key => key.Generation)];
}
