using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Pages;
using IdentityProvider.Server.Tests.Pages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Attacks;

/// <summary>What holds for every page that is mapped, whoever adds one.</summary>
public sealed class PageAttacks(PagesServer fixture) : IClassFixture<PagesServer>
{
    /// <summary>What programs post to. None of it trusts a cookie but <c>/authorize</c> and <c>/logout</c>, which only ever lead to a page.</summary>
    private static readonly string[] OfPrograms =
        ["/authorize", "/bc-authorize", "/device_authorization", "/introspect", "/logout", "/par", "/register", "/revoke", "/token", "/userinfo"];

    private static readonly string[] OfOtherDoors = [AdminApi.Path + "/", "/ssf/", BuiltInClients.ConsolePath + "/"];

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task No_form_counts_that_another_site_made()
    {
        // The Admin API and that of security events take JSON by an access token: no browser's cookie counts there. The console's forms have a test of
        // their own over its routes (ConsoleMatrixTests): who isn't signed in to it is sent there first.
        var forms = Routes("POST")
            .Where(path => !OfPrograms.Contains(path) && !OfOtherDoors.Any(door => path.StartsWith(door, StringComparison.Ordinal)) && !path.EndsWith("/backchannel-logout", StringComparison.Ordinal))
            .ToList();
        Assert.Contains("/login", forms);
        Assert.Contains("/account/password", forms);
        using var thief = new Browser(Server);
        var stolen = (await thief.OpenAsync("/login")).Fields[Forms.TokenField];
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        foreach (var path in forms)
        {
            foreach (var fields in new Dictionary<string, string>[] { [], new() { [Forms.TokenField] = stolen } })
            {
                var page = await browser.SendAsync(HttpMethod.Post, Concrete(path), fields);
                Assert.True(page.Status == (HttpStatusCode)Refusals.Of(Refusal.FormTokenInvalid).Status, $"{path}: {page.Status}");
                Assert.Contains(Refusals.Of(Refusal.FormTokenInvalid).Description, WebUtility.HtmlDecode(page.Html), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task No_page_can_be_framed_kept_or_made_to_load_from_elsewhere()
    {
        using var browser = new Browser(Server);
        await browser.SignInAsync(await browser.OpenAsync("/login"), await Server.AddPersonAsync());
        var pages = 0;
        foreach (var path in Routes("GET").Where(path => !path.StartsWith("/status/", StringComparison.Ordinal)))
        {
            var page = await browser.SendAsync(HttpMethod.Get, Concrete(path), null);
            if (!page.Html.StartsWith("<!DOCTYPE html>", StringComparison.Ordinal) || path == "/session/check") // made to be framed
                continue;
            pages++;
            var policy = page.Header("Content-Security-Policy");
            Assert.True(policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal) && policy.Contains("default-src 'none'", StringComparison.Ordinal), path);
            Assert.False(policy.Contains("unsafe", StringComparison.Ordinal) || policy.Contains('*', StringComparison.Ordinal), path);
            Assert.True(page.Header("Cache-Control") == "no-store" && page.Header("X-Frame-Options") == "DENY", path);
            Assert.DoesNotContain(" style=\"", page.Html, StringComparison.Ordinal);
        }

        Assert.True(pages >= 8, $"only {pages} pages were seen");
    }

    private static string Concrete(string path) => path.Replace("{name}", "nobody", StringComparison.Ordinal);

    private IEnumerable<string> Routes(string method) =>
        Server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains(method) == true)
            .Select(endpoint => endpoint.RoutePattern.RawText!)
            .Distinct();
}
