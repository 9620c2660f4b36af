using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Diagnosis;
using Xunit;
using static IdentityProvider.Protocol.Tests.Given;
using static IdentityProvider.Protocol.Tests.SigningKeys.GivenKeys;

namespace IdentityProvider.Protocol.Tests.Diagnosis;

public sealed class DiagnosisRulesTests
{
    [Theory]
    [InlineData(0, Severity.Fine)]
    [InlineData(-3, Severity.Fine)]
    [InlineData(20, Severity.Warning)]
    [InlineData(-30, Severity.Warning)]
    [InlineData(31, Severity.Problem)]
    [InlineData(-4000, Severity.Problem)]
    public void Clocks_may_be_half_as_far_apart_as_the_design_bears(int secondsAhead, Severity severity)
    {
        var finding = DiagnosisRules.Clock("the database's", TimeSpan.FromSeconds(secondsAhead), TimeSpan.FromMinutes(1));

        Assert.Equal((severity, severity == Severity.Fine), (finding.Severity, finding.Remedy is null));
    }

    [Theory]
    [InlineData(15, Severity.Fine)]
    [InlineData(13, Severity.Warning)]
    [InlineData(0, Severity.Problem)]
    public void A_certificate_is_told_of_two_weeks_before_it_ends(int days, Severity severity) =>
        Assert.Equal(severity, DiagnosisRules.Certificate(Now.AddDays(days), Now).Severity);

    [Fact]
    public void A_ring_without_a_key_that_signs_is_a_problem() =>
        Assert.Equal(Severity.Problem, DiagnosisRules.Keys(Ring(), Monthly, Start).Severity);

    [Fact]
    public void A_successor_is_overdue_once_its_head_start_has_passed()
    {
        var due = First().RetiredAt - Monthly.AnnounceLead - Monthly.HeadStart;

        Assert.Equal(Severity.Fine, DiagnosisRules.Keys(Ring(First()), Monthly, due).Severity);
        Assert.Equal(Severity.Warning, DiagnosisRules.Keys(Ring(First()), Monthly, due + Monthly.HeadStart).Severity);
        Assert.Contains("k2 is announced", DiagnosisRules.Keys(Ring(First(), Second()), Monthly, due + Monthly.HeadStart).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_that_wait_for_long_are_a_problem_and_those_given_up_a_warning()
    {
        Assert.Equal(Severity.Fine, DiagnosisRules.Outbox([Now.AddMinutes(-9)], 0, Now).Severity);
        Assert.Equal(Severity.Problem, DiagnosisRules.Outbox([Now.AddMinutes(-11)], 3, Now).Severity);
        Assert.Equal(Severity.Warning, DiagnosisRules.Outbox([], 3, Now).Severity);
    }

    [Fact]
    public void A_client_whose_last_secret_ends_is_told_of_and_one_that_has_another_is_not()
    {
        var client = Client() with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic };

        Assert.Empty(Found(client with { Secrets = [SecretOf("old", Now.AddDays(1)), SecretOf("new")] }));
        Assert.Equal([Severity.Warning], Found(client with { Secrets = [SecretOf("old", Now.AddDays(-1)), SecretOf("new", Now.AddDays(1))] }));
        Assert.Equal([Severity.Problem], Found(client with { Secrets = [SecretOf("old", Now)] }));
        Assert.Equal([Severity.Problem], Found(client));
    }

    [Fact]
    public void What_registration_warns_of_is_told_again() =>
        Assert.Equal([Severity.Warning], Found(PublicClient() with { RequirePkce = false }));

    private static Severity[] Found(Client client) => [.. DiagnosisRules.Client(client, [NotesApi(), FilesApi()], Now).Select(finding => finding.Severity)];
}
