using System.Net;
using IdentityProvider.Jose;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>Trusted issuers and types of authorization details in the console.</summary>
public sealed class TrustedIssuerConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Markup = "<script>alert(1)</script>";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_issuer_is_trusted_and_no_more_by_an_admin_alone()
    {
        const string issuer = "https://workloads.example/a&b";
        using var person = await console.OperatorAsync("admin");
        var form = (await person.OpenAsync("/admin/issuers/-/new")).FormWith("name=\"jwks_uri\"");
        var keys = System.Text.Encoding.UTF8.GetString(new JsonWebKeySet([SigningKey.Generate(SignatureAlgorithm.ES256).PublicKey]).ToUtf8Bytes());
        (string, string)[] fields = [("issuer", issuer), ("jwks", keys), ("clients", "runner\ndeployer"), ("scope", "orders.read")];

        Assert.Contains("id=\"jwks-mistake\"", (await person.SubmitAsync(form, [.. fields, ("jwks", Markup)])).Html, StringComparison.Ordinal);
        Assert.Contains("id=\"scope-mistake\"", (await person.SubmitAsync(form, [.. fields, ("scope", "openid")])).Html, StringComparison.Ordinal);
        var shown = await person.SubmitAsync(form, fields);
        Assert.Equal((HttpStatusCode.OK, issuer), (shown.Status, shown.Heading));
        Assert.Contains("\"kid\"", shown.Text, StringComparison.Ordinal);
        Assert.Equal(["runner", "deployer"], (await console.Server.Get<TrustedIssuers>().FindAsync(issuer, Cancellation))!.Clients);
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(form, fields)).Status);

        using var other = await console.OperatorAsync("operator");
        Assert.Equal(HttpStatusCode.OK, (await other.OpenAsync("/admin/issuers")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.OpenAsync("/admin/issuers/-/new")).Status);
        var path = $"/admin/issuers/{Uri.EscapeDataString(issuer)}/delete";
        Assert.Equal(HttpStatusCode.Forbidden, (await other.OpenAsync(path)).Status);
        Assert.Equal("/admin/issuers", (await person.SubmitAsync(await person.OpenAsync(path))).Path);
        Assert.Null(await console.Server.Get<TrustedIssuers>().FindAsync(issuer, Cancellation));
    }

    [Fact]
    public async Task A_type_of_details_is_registered_shown_and_deleted()
    {
        const string type = "https://bank.example/payment";
        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync("/admin/details-types/-/new")).FormWith("name=\"schema\"");
        Assert.Contains("id=\"schema-mistake\"", (await person.SubmitAsync(form, ("type", type), ("schema", "{\"type\":"))).Html, StringComparison.Ordinal);
        Assert.Contains("id=\"type-mistake\"", (await person.SubmitAsync(form, ("type", "a b"), ("schema", "{}"))).Html, StringComparison.Ordinal);
        var shown = await person.SubmitAsync(form, ("type", type), ("schema", $$$"""{"type":"object","title":"A payment {{{Markup}}}","additionalProperties":false,"properties":{"amount":{"title":"Amount","type":"string"} } }"""));
        Assert.Equal((HttpStatusCode.OK, type), (shown.Status, shown.Heading));
        Assert.Contains("A payment " + Markup, shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, shown.Html, StringComparison.Ordinal);
        Assert.Contains(type, (await person.OpenAsync("/admin/details-types")).Text, StringComparison.Ordinal);
        Assert.Equal("/admin/details-types", (await person.SubmitAsync(await person.OpenAsync(shown.Path + "/delete"))).Path);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync(shown.Path)).Status);
    }
}
