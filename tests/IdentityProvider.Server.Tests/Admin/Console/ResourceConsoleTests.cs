using System.Net;
using IdentityProvider.Protocol.Resources;

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

    [Fact]
    public async Task Administration_itself_is_shown_and_nobodys_to_change()
    {
        using var person = await console.OperatorAsync("admin");
        var page = await person.OpenAsync("/admin/resources/" + Uri.EscapeDataString(Administrators.Api));
        Assert.Contains("built in", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/edit\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/resources/nothing")).Status);
    }
}
