using System.Net;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Admin.Console;

/// <summary>OpenID Providers by which people sign in, in the console.</summary>
public sealed class UpstreamConsoleTests(ConsoleServer console) : IClassFixture<ConsoleServer>
{
    private const string Markup = "<script>alert(1)</script>";
    private const string Secret = "sesame/open:42";

    private static readonly (string, string)[] Fields =
    [
        ("label", $"Partner {Markup}"), ("client_id", "us"), ("token_endpoint_auth_method", "client_secret_basic"), ("scope", "openid email"), ("create", "invited"), ("logout", "offer"),
        ("email_domains", "partner.example\nother.example"), ("roles", "guest"), ("claims", "name = display_name"), ("trusted_amr", "mfa"), ("enabled", "true"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Upstreams Upstreams => console.Server.Get<Upstreams>();

    [Fact]
    public async Task One_is_added_shown_changed_and_deleted_and_its_secret_is_told_nobody()
    {
        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync("/admin/upstreams/-/new")).FormWith("name=\"issuer\"");
        (string, string)[] named = [("name", "partner"), ("issuer", "https://partner.example"), .. Fields];

        var refused = await person.SubmitAsync(form, named);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("id=\"client_secret-mistake\"", refused.Html, StringComparison.Ordinal);
        var folded = await person.SubmitAsync(form, [.. named, ("client_secret", Secret), ("claims", "name")]);
        Assert.Contains("<details class=\"snippet\" open>", folded.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, folded.Html, StringComparison.Ordinal);

        var shown = await person.SubmitAsync(form, [.. named, ("client_secret", Secret)]);
        Assert.Equal($"Partner {Markup}", shown.Heading);
        Assert.Contains("/login/upstream/partner/callback", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Markup, shown.Html, StringComparison.Ordinal);
        var made = (await Upstreams.FindAsync("partner", Cancellation))!;
        Assert.Equal((UpstreamCreation.Invited, "display_name", "mfa"), (made.Provider.Create, made.Provider.Claims["name"], Assert.Single(made.Provider.TrustedAmr)));
        Assert.Equal(["partner.example", "other.example"], made.Provider.EmailDomains);
        Assert.NotNull(made.SealedSecret);
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(form, [.. named, ("client_secret", Secret)])).Status);

        var edit = await person.OpenAsync("/admin/upstreams/partner/edit");
        Assert.DoesNotContain(Secret, edit.Html, StringComparison.Ordinal);
        var off = await person.SubmitAsync(edit.FormWith("client_secret"), [.. Fields, ("enabled", ""), ("claims", ""), ("label", "Partner")]);
        Assert.Contains("Nobody signs in by it.", off.Text, StringComparison.Ordinal);
        var changed = (await Upstreams.FindAsync("partner", Cancellation))!;
        Assert.Equal((false, 0, "Partner"), (changed.Provider.Enabled, changed.Provider.Claims.Count, changed.Provider.Label));
        Assert.Equal(made.SealedSecret, changed.SealedSecret);
        Assert.Equal(HttpStatusCode.Conflict, (await person.SubmitAsync(edit.FormWith("client_secret"), [.. Fields, ("label", "Late")])).Status);

        var ask = await person.OpenAsync("/admin/upstreams/partner/delete");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await person.SubmitAsync(ask.FormWith("confirm"), ("confirm", "other"))).Status);
        Assert.Equal("/admin/upstreams", (await person.SubmitAsync(ask.FormWith("confirm"), ("confirm", "partner"))).Path);
        Assert.Null(await Upstreams.FindAsync("partner", Cancellation));
    }

    [Fact]
    public async Task Nobody_becomes_an_admin_by_an_operators_upstream()
    {
        using var person = await console.OperatorAsync("operator");
        var form = (await person.OpenAsync("/admin/upstreams/-/new")).FormWith("name=\"issuer\"");
        var refused = await person.SubmitAsync(form, [("name", "sly"), ("issuer", "https://sly.example"), .. Fields, ("client_secret", Secret), ("roles", "Admin")]);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("id=\"roles-mistake\"", refused.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_only_looks_sees_them_and_changes_none()
    {
        using var person = await console.OperatorAsync("auditor");
        var list = await person.OpenAsync("/admin/upstreams");
        Assert.Equal((HttpStatusCode.OK, "Upstreams"), (list.Status, list.Heading));
        Assert.DoesNotContain("/upstreams/-/new", list.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await person.OpenAsync("/admin/upstreams/-/new")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await person.OpenAsync("/admin/upstreams/nothing")).Status);
    }
}
