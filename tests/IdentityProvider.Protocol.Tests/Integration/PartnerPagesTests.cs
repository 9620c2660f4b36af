using System.Text.RegularExpressions;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Protocol.Resources;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Integration;

/// <summary>docs/integrating/: each snippet on a page is the one that the page's own registration leads to.</summary>
public sealed partial class PartnerPagesTests
{
    private const string Issuer = "https://id.example.com";

    private static readonly Resource[] Resources =
    [
        new() { Identifier = "https://orders.example", Name = "Orders", Scopes = [new("orders.read"), new("orders.write")] },
        new() { Identifier = "https://stock.example", Name = "Stock", Scopes = [new("stock.read")], Revocation = RevocationStyle.Introspection },
    ];

    public static TheoryData<string> Pages => [.. Platforms.Words];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_every_file_for_the_clients_that_it_registers_and_no_other(string platform)
    {
        var file = Path.Combine(Folder(), platform + ".md");
        var text = File.ReadAllText(file);
        var clients = Registrations().Matches(text).Select(match => Registered(match.Groups["json"].Value)).ToDictionary(client => client.ClientId);
        var expected = clients.Values.SelectMany(client => Made(platform, client).Files.Select(written => (Key: $"{platform} {client.ClientId} {written.Name}", File: written))).ToDictionary(entry => entry.Key, entry => entry.File);

        var whole = Blocks().Replace(text, block => expected.TryGetValue(block.Groups["key"].Value, out var written)
            ? $"<!-- snippet {block.Groups["key"].Value} -->\n```{written.Language}\n{written.Text}```\n"
            : "this page registers no such client\n");
        if (Environment.GetEnvironmentVariable("IDP_WRITE_SNAPSHOTS") == "1")
            File.WriteAllText(file, whole);

        Assert.Equal(whole, File.ReadAllText(file), ignoreLineEndingDifferences: true);
        Assert.Equal(expected.Keys.Order(), Blocks().Matches(text).Select(block => block.Groups["key"].Value).Order());
    }

    private static Snippet Made(string platform, Client client)
    {
        var api = Resources.FirstOrDefault(resource => resource.Identifier == SnippetRules.ResourceOf(client));
        var decided = SnippetRules.Decide(Platforms.Read(platform)!.Value, Issuer, client, api);
        return Assert.IsType<SnippetDecision.Made>(decided).Snippet;
    }

    private static Client Registered(string json)
    {
        var read = MetadataJson.Read(System.Text.Encoding.UTF8.GetBytes(json), ClientMetadataJson.Default.ClientMetadata);
        var metadata = Assert.IsType<Validated<ClientMetadata>.Valid>(read).Value;
        var decided = Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(metadata, "new", Resources));
        Assert.Empty(decided.Warnings);
        return decided.Value;
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "IdentityProvider.sln")))
            folder = folder.Parent!;
        return Path.Combine(folder.FullName, "docs", "integrating");
    }

    [GeneratedRegex(@"idp clients create --file - <<'JSON'\n(?<json>.*?)\nJSON\n", RegexOptions.Singleline)]
    private static partial Regex Registrations();

    [GeneratedRegex(@"<!-- snippet (?<key>[^\n]*) -->\n```\w*\n.*?```\n", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
