using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Advice;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp advise</c>, and docs/choosing.md, which has to say the same.</summary>
public sealed class AdviseTests : IDisposable
{
    private static readonly string[] Answers = ["advise", "--revocation", "immediate", "--verifiers", "many", "--clients", "web,spa", "--permissions", "daily"];

    private readonly CommandLine _idp = CommandLine.On("Host=/nonexistent");

    public void Dispose() => _idp.Dispose();

    public static TheoryData<RevocationNeed, VerifierCount, PermissionChange> Everything()
    {
        var all = new TheoryData<RevocationNeed, VerifierCount, PermissionChange>();
        foreach (var revocation in Enum.GetValues<RevocationNeed>())
        {
            foreach (var verifiers in Enum.GetValues<VerifierCount>())
            {
                foreach (var permissions in Enum.GetValues<PermissionChange>())
                    all.Add(revocation, verifiers, permissions);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void The_page_gives_the_advice_that_the_command_gives(RevocationNeed revocation, VerifierCount verifiers, PermissionChange permissions)
    {
        var api = AdviceRules.DecideApi(new(revocation, verifiers, [ClientKind.Web], permissions));

        var row = Assert.Single(TableRows(), row =>
            Covers(row[0], AdviceWords.Of(revocation)) && Covers(row[1], AdviceWords.Of(permissions)) && Covers(row[2], AdviceWords.Of(verifiers)));

        Assert.Equal(
            [$"`{ResourceMetadataRules.NameOf(api.Revocation)}`", $"{(int)api.AccessTokenLifetime.TotalSeconds}", AdviceWords.Of(api.CheckedBy)],
            row[3..]);
    }

    [Fact]
    public void The_page_names_every_place_that_the_advice_sends_people_to()
    {
        var page = Tree.Read("docs/choosing.md");
        var examples =
            from revocation in Enum.GetValues<RevocationNeed>()
            from client in AdviceRules.Decide(
                new(revocation, VerifierCount.Many, Enum.GetValues<ClientKind>(), PermissionChange.Rarely), "https://api.example", ["read"]).Clients
            select client.Example;
        Assert.All(examples, example => Assert.Contains($"](../{example})", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_says_where_a_single_page_app_has_its_refresh_token_as_the_advice_does()
    {
        var spa = AdviceRules.Decide(new(RevocationNeed.Seconds, VerifierCount.Few, [ClientKind.Spa], PermissionChange.Rarely), "https://api.example", ["read"]).Clients[0];
        var row = Tree.Read("docs/choosing.md").Split('\n').Single(line => line.Contains($"](../{spa.Example})", StringComparison.Ordinal));
        Assert.Equal("cookie", spa.Metadata.RefreshTokenDelivery);
        Assert.Contains("the refresh token in an HttpOnly cookie", row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_answer_for_a_script_and_no_database_is_needed()
    {
        var advice = await _idp.DoneAsync([.. Answers, "--identifier", "https://orders.example", "--scope", "orders.read"]);

        Assert.Equal("introspection", advice["resource"]!["revocation"]!.GetValue<string>());
        Assert.Equal(300, advice["resource"]!["access_token_lifetime"]!.GetValue<int>());
        Assert.Equal("a gateway", advice["checked_by"]!.GetValue<string>());
        Assert.NotEmpty(advice["reasons"]!.AsArray());
        Assert.Equal(["web", "spa", "api"], advice["clients"]!.AsArray().Select(client => client!["kind"]!.GetValue<string>()));
    }

    [Fact]
    public async Task For_people_it_says_why_and_prints_what_to_paste()
    {
        var run = await _idp.RunAsync(Answers);

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        Assert.StartsWith("introspection: tokens of 5 minutes, checked by a gateway.\n", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("\nidp resources create --file - <<'JSON'\n", run.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(3, run.StandardOutput.Split("\nidp clients create --file - <<'JSON'\n").Length - 1);
    }

    [Fact]
    public async Task What_it_prints_can_be_registered()
    {
        using var idp = CommandLine.On(await TestCluster.NewEmptyDatabaseAsync());
        var advice = await idp.DoneAsync(Answers);

        await idp.DoneAsync(["resources", "create", "--file", "-"], advice["resource"]!.ToJsonString());
        foreach (var client in advice["clients"]!.AsArray())
            await idp.DoneAsync(["clients", "create", "--file", "-"], client!["metadata"]!.ToJsonString());
        Assert.Equal(3, (await idp.DoneAsync(["clients", "list"]) as JsonArray)!.Count);
    }

    [Fact]
    public async Task Wrong_usage_says_which_words_there_are()
    {
        foreach (var (without, words) in new[] { ("--verifiers", "one, few, many"), ("--clients", "web, spa, native, service") })
        {
            var at = Array.IndexOf(Answers, without);
            var run = await _idp.RunAsync([.. Answers[..at], .. Answers[(at + 2)..]]);
            Assert.Equal((2, ""), (run.ExitCode, run.StandardOutput));
            Assert.Contains(words, run.StandardError, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await _idp.RunAsync([.. Answers[..2], "immediate,seconds", .. Answers[3..]])).ExitCode);
        Assert.Equal(2, (await _idp.RunAsync([.. Answers[..2], "now", .. Answers[3..]])).ExitCode);
    }

    [Fact]
    public async Task An_identifier_that_no_API_could_have_is_refused() =>
        Assert.StartsWith("identifier: ", (await _idp.RunAsync([.. Answers, "--identifier", "orders"])).Refusal, StringComparison.Ordinal);

    // The rows of six columns whose last says who checks.
    private static IEnumerable<string[]> TableRows() =>
        Tree.Read("docs/choosing.md").Split('\n')
            .Where(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells is [_, _, _, _, _, "each service" or "a gateway"]);

    private static bool Covers(string cell, string answer) => cell == "any" || cell.Split(", ").Contains(answer, StringComparer.Ordinal);
}
