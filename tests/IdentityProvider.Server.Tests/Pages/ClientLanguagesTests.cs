using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Endpoints.Registration;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>RFC 7591 §2.2: what an app is called and where its pages are, for readers of other languages.</summary>
public sealed class ClientLanguagesTests(PagesServer fixture) : IClassFixture<PagesServer>
{
    private const string Metadata = """
        "client_name":"The Notebook","client_name#de":"Das <b>Notizbuch</b>","client_name#ar":"الدفتر","logo_uri":"https://app.example/logo.png","logo_uri#de":"https://app.example/zeichen.png",
        "tos_uri":"https://app.example/terms","tos_uri#de-CH":"https://app.example/agb","policy_uri#de":"https://app.example/datenschutz","redirect_uris":["https://app.example/cb"]
        """;

    private TestServer Server => fixture.Server;

    [Fact]
    public async Task Sign_in_and_consent_call_an_app_as_its_reader_does()
    {
        var username = await Server.AddPersonAsync();
        var client = await Server.AddClientAsync(c => c with
        {
            ClientName = "The Notebook",
            LogoUri = "https://app.example/logo.png",
            TosUri = "https://app.example/terms",
            Localized = new Dictionary<string, string>
            {
                ["client_name#de"] = "Das <b>Notizbuch</b>", ["logo_uri#de"] = "https://app.example/zeichen.png", ["tos_uri#de-CH"] = "https://app.example/agb", ["policy_uri#de"] = "https://app.example/datenschutz",
            },
        });
        using var german = new Browser(Server);
        var login = await german.OpenAsync(client.Request("ui_locales=de"));
        Assert.Contains("Das &lt;b&gt;Notizbuch&lt;/b&gt;", login.Html, StringComparison.Ordinal);
        Assert.Contains("src=\"https://app.example/zeichen.png\"", login.Html, StringComparison.Ordinal);
        Assert.Contains("img-src 'self' data: https://app.example", login.Header("Content-Security-Policy"), StringComparison.Ordinal);
        var consent = await german.SignInAsync(login, username);
        Assert.Contains("Das &lt;b&gt;Notizbuch&lt;/b&gt;", consent.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://app.example/agb\"", consent.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://app.example/datenschutz\"", consent.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("The Notebook", consent.Html, StringComparison.Ordinal);

        using var french = new Browser(Server);
        login = await french.OpenAsync(client.Request("ui_locales=fr"));
        Assert.Contains("The Notebook", login.Text, StringComparison.Ordinal);
        consent = await french.SignInAsync(login, username);
        Assert.Contains("href=\"https://app.example/terms\"", consent.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("datenschutz", consent.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_registers_them_reads_them_and_writes_them_anew()
    {
        var registered = await Server.RegisterAsync((await Server.PolicyAsync()).Token, $"{{{Metadata}}}");
        Assert.Equal(HttpStatusCode.Created, registered.Status);
        AssertHas(JsonNode.Parse(registered.Text)!);
        var (path, token) = (Registering.PathOf(registered), registered["registration_access_token"]);
        AssertHas(JsonNode.Parse((await Server.AskAsync(HttpMethod.Get, path, token)).Text)!);

        var put = await Server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{registered["client_id"]}}","client_name":"New","client_name#fr":"Nouveau","redirect_uris":["https://app.example/cb"]}""");
        Assert.Equal(("New", "Nouveau", null), (put["client_name"], put["client_name#fr"], put["client_name#de"]));
        var refused = await Server.AskAsync(HttpMethod.Put, path, token, $$"""{"client_id":"{{registered["client_id"]}}","tos_uri#fr":"javascript:alert(1)","redirect_uris":["https://app.example/cb"]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_client_metadata"), (refused.Status, refused.Error));
        Assert.Equal("Nouveau", (await Server.AskAsync(HttpMethod.Get, path, token))["client_name#fr"]);
    }

    [Fact]
    public async Task An_operator_writes_them_and_sees_them()
    {
        using var idp = CommandLine.On(await TestCluster.NewDatabaseAsync());
        var made = await idp.DoneAsync(["clients", "create", "--file", "-"], $"{{{Metadata}}}");
        AssertHas(made);
        var id = made["client_id"]!.GetValue<string>();
        var changed = await idp.DoneAsync(["clients", "update", id, "--scope", "openid"]);
        AssertHas(changed);
        AssertHas(await idp.DoneAsync(["clients", "show", id]));

        // Who names it anew doesn't leave it what it was to readers of another language.
        var renamed = await idp.DoneAsync(["clients", "update", id, "--name", "Another"]);
        Assert.Equal(("Another", null, "https://app.example/agb"), (renamed["client_name"]!.GetValue<string>(), renamed["client_name#de"], renamed["tos_uri#de-CH"]!.GetValue<string>()));
        Assert.StartsWith("client_name: ", (await idp.RunAsync(["clients", "create", "--file", "-", "--json"], """{"redirect_uris":["https://app.example/cb"],"client_name#?":"x"}""")).Refusal, StringComparison.Ordinal);
        Assert.StartsWith("scope#de: ", (await idp.RunAsync(["clients", "create", "--file", "-", "--json"], """{"redirect_uris":["https://app.example/cb"],"scope#de":"x"}""")).Refusal, StringComparison.Ordinal);
    }

    private static void AssertHas(JsonNode document)
    {
        foreach (var (name, value) in JsonNode.Parse($"{{{Metadata}}}")!.AsObject())
            Assert.True(JsonNode.DeepEquals(value, document[name]), $"{name}: {document[name]}");
    }
}
