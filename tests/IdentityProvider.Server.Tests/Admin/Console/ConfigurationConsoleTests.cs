using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>What is registered here as one document, in the console.</summary>
public sealed class ConfigurationConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Document = """
        {"format":1,"roles":[{"role":"packer","require_mfa":true}],
         "clients":[{"client_id":"as-code","client_name":"<script>alert(1)</script>","redirect_uris":["https://app.example/cb"],"scope":"openid"}]}
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_is_compared_applied_once_and_exported()
    {
        using var person = await console.OperatorAsync("admin");
        var form = (await person.OpenAsync("/admin/configuration")).FormWith("name=\"document\"");
        Assert.Contains("/format", (await person.SubmitAsync(form, ("document", "{}"))).Text, StringComparison.Ordinal);
        var wrong = await person.SubmitAsync(form, ("document", Document.Replace("https://app.example", "ftp://app.example", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Contains("/clients/0/redirect_uris", wrong.Text, StringComparison.Ordinal);

        var plan = await person.SubmitAsync(form, ("document", Document));
        Assert.Equal("What would change", plan.Heading);
        Assert.Contains("2 steps", plan.Text, StringComparison.Ordinal);
        Assert.Null(await console.Server.Get<Clients>().FindAsync("as-code", Cancellation));

        // What is done is what was shown, and nothing else.
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(plan.FormWith("name=\"plan\""), ("plan", "another"))).Status);
        Assert.Null(await console.Server.Get<Clients>().FindAsync("as-code", Cancellation));

        var done = await person.SubmitAsync(plan.FormWith("name=\"plan\""));
        Assert.Equal("It is done", done.Heading);
        Assert.DoesNotContain("<script", done.Html, StringComparison.Ordinal);
        var secret = done.Html.Split("<dt>as-code</dt><dd><code>")[1].Split('<')[0];
        Assert.Equal(43, secret.Length);
        Assert.NotNull(await console.Server.Get<Clients>().FindAsync("as-code", Cancellation));
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(plan.FormWith("name=\"plan\""))).Status);
        Assert.Contains("Nothing to do", (await person.SubmitAsync(form, ("document", Document))).Text, StringComparison.Ordinal);

        var exported = await person.Browser.SendAsync(HttpMethod.Get, "/admin/configuration/export", null);
        Assert.Contains("no-store", exported.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Contains(JsonNode.Parse(exported.Html)!["clients"]!.AsArray(), client => (string?)client!["client_id"] == "as-code");
        Assert.DoesNotContain(secret, exported.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_as_long_as_the_api_takes_is_compared_and_applied()
    {
        using var person = await console.OperatorAsync("admin");
        var form = (await person.OpenAsync("/admin/configuration")).FormWith("name=\"file\"");
        Assert.Contains("enctype=\"multipart/form-data\"", form.Html, StringComparison.Ordinal);

        // 200 clients, and white space up to nearly the limit: more than any other form may be.
        var clients = string.Join(",\n", Enumerable.Range(0, 200).Select(n => $$"""{"client_id":"uploaded-{{n}}","client_name":"Né {{n}}","redirect_uris":["https://app.example/cb"]}"""));
        var document = $$"""{"format":1,{{new string(' ', 15 * 1024 * 1024)}}"clients":[{{clients}}]}""";
        var plan = await person.Browser.UploadAsync(form.Action, form.Fields, ("file", Encoding.UTF8.GetBytes(document)));
        Assert.True(plan.Heading == "What would change", $"{plan.Status} {plan.Heading}");
        Assert.Contains("200 steps", plan.Text, StringComparison.Ordinal);
        Assert.Equal("It is done", (await person.SubmitAsync(plan.FormWith("name=\"plan\""))).Heading);
        Assert.Equal("Né 199", (await console.Server.Get<Clients>().FindAsync("uploaded-199", Cancellation))!.ClientName);

        // What is no text, says something twice, or comes without the form's token is refused.
        Assert.Equal(HttpStatusCode.BadRequest, (await person.Browser.UploadAsync(form.Action, form.Fields, ("file", [0xFF, 0xFE, (byte)'{']))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await person.Browser.UploadAsync(form.Action, [], ("file", "{}"u8.ToArray()))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await person.Browser.UploadAsync(form.Action, form.Fields.Append(new("prune", "true")), ("prune", "true"u8.ToArray()))).Status);

        // No other form takes a file.
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await person.Browser.UploadAsync("/admin/roles", form.Fields, ("role", "uploaded"u8.ToArray()))).Status);
    }

    [Fact]
    public async Task All_may_look_and_who_may_write_what_a_document_says_applies_it()
    {
        using var auditor = await console.OperatorAsync("auditor");
        Assert.DoesNotContain("name=\"document\"", (await auditor.OpenAsync("/admin/configuration")).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await auditor.Browser.SendAsync(HttpMethod.Get, "/admin/configuration/export", null)).Status);

        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync("/admin/configuration")).FormWith("name=\"document\"");
        var plan = await person.SubmitAsync(form, ("document", """{"format":1,"clients":[{"client_id":"operators","redirect_uris":["https://app.example/cb"]}]}"""));
        Assert.Equal("What would change", plan.Heading);
    }
}
