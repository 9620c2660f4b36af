using IdentityProvider.Protocol.Registration;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Registration;

/// <summary>What an operator may write of those who register themselves.</summary>
public sealed class RegistrationPolicyRulesTests
{
    private static readonly Guid Id = Guid.Parse("33333333-3333-4333-8333-333333333333");

    [Fact]
    public void Silence_is_sign_in_and_no_API()
    {
        var policy = Allowed(new());

        Assert.Equal("openid profile email offline_access", policy.Scope.ToString());
        Assert.Equal(["authorization_code", "refresh_token"], policy.GrantTypes);
        Assert.Empty(policy.Resources);
        Assert.Equal(100, policy.MaxClients);
        Assert.False(policy.RequireSoftwareStatement);
        Assert.True(policy.RequirePkce);
        Assert.True(policy.IsStanding(Given.Now.AddYears(10)));
    }

    [Fact]
    public void It_stands_until_it_expires_or_is_revoked()
    {
        var policy = Assert.IsType<Validated<RegistrationPolicy>.Valid>(RegistrationPolicyRules.Decide(new(), Id, [], Given.Now, Given.Now.AddDays(1))).Value;

        Assert.True(policy.IsStanding(Given.Now.AddDays(1).AddTicks(-1)));
        Assert.False(policy.IsStanding(Given.Now.AddDays(1)));
        Assert.False((policy with { RevokedAt = Given.Now }).IsStanding(Given.Now));
    }

    [Fact]
    public void What_is_kept_of_a_policy_makes_the_same_policy_again()
    {
        var policy = Allowed(new() { Name = "Agents", Scope = "openid notes.read", Resources = [Given.NotesApi().Identifier], RedirectHosts = ["*.example.com", "localhost"], MaxClients = 3, RequireSoftwareStatement = true, SoftwareStatementIssuer = "https://trust.example", SoftwareStatementJwksUri = "https://trust.example/jwks" });
        Assert.Equivalent(policy with { CreatedAt = default }, RegistrationPolicyRules.Restore(RegistrationPolicyMetadata.Of(policy), Id), strict: true);
    }

    public static TheoryData<RegistrationPolicyMetadata, string> Mistakes => new()
    {
        { new() { Name = "a\nb" }, "name" },
        { new() { Scope = "\"" }, "scope" },
        { new() { Scope = "files.read" }, "scope" },
        { new() { Resources = ["https://unknown.example"] }, "resources" },
        { new() { GrantTypes = ["password"] }, "grant_types" },
        { new() { GrantTypes = [] }, "grant_types" },
        { new() { RedirectHosts = ["https://app.example"] }, "redirect_hosts" },
        { new() { RedirectHosts = ["App.example"] }, "redirect_hosts" },
        { new() { RedirectHosts = ["*"] }, "redirect_hosts" },
        { new() { MaxClients = 0 }, "max_clients" },
        { new() { RequireSoftwareStatement = true }, "require_software_statement" },
        { new() { SoftwareStatementIssuer = "https://trust.example" }, "software_statement_issuer" },
        { new() { SoftwareStatementJwksUri = "https://trust.example/jwks" }, "software_statement_issuer" },
        { new() { SoftwareStatementIssuer = "trust", SoftwareStatementJwksUri = "http://trust.example/jwks" }, "software_statement_jwks_uri" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_named_by_its_member(RegistrationPolicyMetadata metadata, string member) =>
        Assert.Equal(member, Assert.IsType<Validated<RegistrationPolicy>.Invalid>(RegistrationPolicyRules.Decide(metadata, Id, [Given.NotesApi()], Given.Now, null)).Error.Member);

    [Fact]
    public void An_end_that_has_passed_is_a_mistake() =>
        Assert.Equal("expires_at", Assert.IsType<Validated<RegistrationPolicy>.Invalid>(RegistrationPolicyRules.Decide(new(), Id, [], Given.Now, Given.Now)).Error.Member);

    private static RegistrationPolicy Allowed(RegistrationPolicyMetadata metadata) =>
        Assert.IsType<Validated<RegistrationPolicy>.Valid>(RegistrationPolicyRules.Decide(metadata, Id, [Given.NotesApi()], Given.Now, null)).Value;
}
