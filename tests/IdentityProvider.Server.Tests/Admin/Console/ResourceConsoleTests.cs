using System.Net;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.SharedSignals;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>APIs in the console.</summary>
public sealed class ResourceConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private IdentityProvider.Storage.Resources Resources => console.Server.Get<IdentityProvider.Storage.Resources>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_is_registered_shown_changed_and_deleted()
    {
        const string identifier = "https://shelf.example/books";
        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync("/admin/resources/-/new")).FormWith("identifier");
        (string, string)[] fields = [("identifier", identifier), ("name", "Books <b>"), ("scopes", "books.read Read your books\nbooks.write"), ("revocation", "status_list"), ("access_token_lifetime", "600"), ("signing_alg", "ES256")];

        var refused = await person.SubmitAsync(form, [.. fields, ("access_token_lifetime", "901")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("books.write", refused.Html, StringComparison.Ordinal);

        var shown = await person.SubmitAsync(form, fields);
        Assert.Equal((HttpStatusCode.OK, "Books <b>"), (shown.Status, shown.Heading));
        Assert.Contains("Read your books", shown.Text, StringComparison.Ordinal);
        var made = (await Resources.FindAsync(identifier, Cancellation))!;
        Assert.Equal((RevocationStyle.StatusList, TimeSpan.FromMinutes(10), "books.read books.write"), (made.Revocation, made.AccessTokenLifetime, made.ScopeNames.ToString()));
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(form, fields)).Status);
        Assert.Contains("Books &lt;b&gt;", (await person.OpenAsync("/admin/resources")).Html, StringComparison.Ordinal);

        var edit = await person.OpenAsync($"/admin/resources/{Uri.EscapeDataString(identifier)}/edit");
        var changed = await person.SubmitAsync(edit.FormWith("scopes"), [.. fields.Skip(1), ("name", "Books")]);
        Assert.Contains("It is changed.", changed.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(edit.FormWith("scopes"), [.. fields.Skip(1), ("name", "Late")])).Status);

        var ask = await person.OpenAsync($"/admin/resources/{Uri.EscapeDataString(identifier)}/delete");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(ask.FormWith("confirm"), ("confirm", "books"))).Status);
        var gone = await person.SubmitAsync(ask.FormWith("confirm"), ("confirm", identifier));
        Assert.Equal("/admin/resources", gone.Path);
        Assert.Null(await Resources.FindAsync(identifier, Cancellation));
    }

    [Theory]
    [InlineData(Administrators.Api)]
    [InlineData(TestServer.Issuer + SharedSignalsApi.Path)]
    public async Task What_is_built_in_is_shown_and_nobodys_to_change(string identifier)
    {
        using var person = await console.OperatorAsync("admin");
        var page = await person.OpenAsync("/admin/resources/" + Uri.EscapeDataString(identifier));
        Assert.Contains("built in", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/edit\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_not_there_is_said_to_be_not_there()
    {
        using var person = await console.OperatorAsync("admin");
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/resources/nothing")).Status);
    }

    [Theory]
    [InlineData("/admin/resources/-/new")]
    [InlineData("/admin/clients/-/new")]
    [InlineData("/admin/users/-/new")]
    public async Task Who_only_looks_is_not_asked_for_what_they_may_not_make(string path)
    {
        using var person = await console.OperatorAsync("auditor");
        Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync(path)).Status);
    }
}
