using System.Text.Json;
using IdentityProvider.Protocol.Advice;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Advice;

public sealed class AdviceRulesTests
{
    private const string Identifier = "https://orders.example";

    private static readonly ClientKind[] AllClients = Enum.GetValues<ClientKind>();

    /// <summary>Every answer to the four questions but the third, which decides nothing of the API.</summary>
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
    [InlineData(RevocationNeed.Immediate, VerifierCount.One, PermissionChange.Rarely, RevocationStyle.Introspection, 900, Checkpoint.EachService)]
    [InlineData(RevocationNeed.Immediate, VerifierCount.Few, PermissionChange.Daily, RevocationStyle.Introspection, 300, Checkpoint.EachService)]
    [InlineData(RevocationNeed.Immediate, VerifierCount.Many, PermissionChange.Rarely, RevocationStyle.Introspection, 900, Checkpoint.Gateway)]
    [InlineData(RevocationNeed.Immediate, VerifierCount.Many, PermissionChange.Hourly, RevocationStyle.Introspection, 300, Checkpoint.Gateway)]
    [InlineData(RevocationNeed.Seconds, VerifierCount.One, PermissionChange.Rarely, RevocationStyle.StatusList, 900, Checkpoint.EachService)]
    [InlineData(RevocationNeed.Seconds, VerifierCount.Many, PermissionChange.Hourly, RevocationStyle.StatusList, 900, Checkpoint.EachService)]
    [InlineData(RevocationNeed.Minutes, VerifierCount.One, PermissionChange.Rarely, RevocationStyle.Expiry, 900, Checkpoint.EachService)]
    [InlineData(RevocationNeed.Minutes, VerifierCount.Many, PermissionChange.Daily, RevocationStyle.Expiry, 300, Checkpoint.EachService)]
    [InlineData(RevocationNeed.Minutes, VerifierCount.Few, PermissionChange.Hourly, RevocationStyle.StatusList, 900, Checkpoint.EachService)]
    public void Answers_lead_to_settings(
        RevocationNeed revocation, VerifierCount verifiers, PermissionChange permissions, RevocationStyle style, int seconds, Checkpoint checkedBy)
    {
        var api = AdviceRules.DecideApi(new(revocation, verifiers, [ClientKind.Web], permissions));

        Assert.Equal((style, seconds, checkedBy), (api.Revocation, (int)api.AccessTokenLifetime.TotalSeconds, api.CheckedBy));
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Every_advice_can_be_registered_as_it_is_printed(RevocationNeed revocation, VerifierCount verifiers, PermissionChange permissions)
    {
        var advice = AdviceRules.Decide(new(revocation, verifiers, AllClients, permissions), Identifier, ["orders.read", "orders.write"]);

        var written = JsonSerializer.SerializeToUtf8Bytes(advice.Resource, ResourceMetadataJson.Default.ResourceMetadata);
        var read = Assert.IsType<Validated<ResourceMetadata>.Valid>(MetadataJson.Read(written, ResourceMetadataJson.Default.ResourceMetadata)).Value;
        var resource = Assert.IsType<Validated<Resource>.Valid>(ResourceMetadataRules.Decide(read, Given.Issuer)).Value;
        Assert.Equal(advice.Api.Revocation, resource.Revocation);
        Assert.NotEmpty(advice.Api.Reasons);

        foreach (var client in advice.Clients)
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(client.Metadata, ClientMetadataJson.Default.ClientMetadata);
            var metadata = Assert.IsType<Validated<ClientMetadata>.Valid>(MetadataJson.Read(json, ClientMetadataJson.Default.ClientMetadata)).Value;
            var valid = Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(metadata, "new", [resource]));
            Assert.Empty(valid.Warnings);
        }
    }

    [Fact]
    public void Each_kind_of_client_is_built_in_its_own_way()
    {
        var clients = Clients(RevocationNeed.Seconds, VerifierCount.Few, AllClients);

        Assert.Equal(
            [("web", "samples/partner-app"), ("spa", "samples/spa"), ("native", "samples/native"), ("service", "samples/service-to-service")],
            clients.Select(client => (client.Name, client.Example)));
        Assert.Equal(
            ["client_secret_basic", "none", "none", "client_secret_basic"], clients.Select(client => client.Metadata.TokenEndpointAuthMethod));
    }

    [Fact]
    public void Where_revocation_is_immediate_a_browser_holds_no_token() =>
        Assert.Equal("samples/bff", Clients(RevocationNeed.Immediate, VerifierCount.One, [ClientKind.Spa])[0].Example);

    [Fact]
    public void A_page_without_a_backend_never_sees_its_refresh_token()
    {
        var spa = Clients(RevocationNeed.Seconds, VerifierCount.One, [ClientKind.Spa])[0].Metadata;

        Assert.Equal(("cookie", "none"), (spa.RefreshTokenDelivery, spa.TokenEndpointAuthMethod));
        Assert.NotEmpty(spa.AllowedOrigins!);
        Assert.All(Clients(RevocationNeed.Seconds, VerifierCount.One, [ClientKind.Web, ClientKind.Native, ClientKind.Service]), client => Assert.Null(client.Metadata.RefreshTokenDelivery));
    }

    [Theory]
    [InlineData(VerifierCount.One, "API")]
    [InlineData(VerifierCount.Many, "Gateway")]
    public void Who_asks_about_tokens_is_a_client_too(VerifierCount verifiers, string name)
    {
        var asks = Clients(RevocationNeed.Immediate, verifiers, [ClientKind.Web])[^1];

        Assert.Equal(("api", name), (asks.Name, asks.Metadata.ClientName));
        Assert.Equal([Identifier], asks.Metadata.Introspects);
    }

    [Fact]
    public void Each_answer_says_what_it_means()
    {
        Enum[] answers = [.. Enum.GetValues<RevocationNeed>(), .. Enum.GetValues<VerifierCount>(), .. Enum.GetValues<ClientKind>(), .. Enum.GetValues<PermissionChange>()];
        Assert.Distinct(answers.Select(AdviceWords.MeaningOf));
    }

    [Fact]
    public void A_kind_that_is_named_twice_is_one() => Assert.Single(Clients(RevocationNeed.Minutes, VerifierCount.One, [ClientKind.Native, ClientKind.Native]));

    [Fact]
    public void A_web_application_alone_with_its_server_learns_that_its_session_is_enough()
    {
        Assert.Contains("needs no access token", Clients(RevocationNeed.Minutes, VerifierCount.One, [ClientKind.Web])[0].Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("needs no access token", Clients(RevocationNeed.Minutes, VerifierCount.Few, [ClientKind.Web])[0].Reason, StringComparison.Ordinal);
    }

    private static IReadOnlyList<ClientAdvice> Clients(RevocationNeed revocation, VerifierCount verifiers, IReadOnlyList<ClientKind> kinds) =>
        AdviceRules.Decide(new(revocation, verifiers, kinds, PermissionChange.Rarely), Identifier, ["orders.read"]).Clients;
}
