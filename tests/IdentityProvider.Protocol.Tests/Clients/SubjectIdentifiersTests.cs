using System.Text;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>OpenID Connect Core §8: what clients know people as, and of which sector a client is.</summary>
public sealed class SubjectIdentifiersTests
{
    private static readonly SubjectIdentifiers Subjects = new(new byte[32]);
    private static readonly Client Pairwise = Given.Client() with { SubjectType = SubjectType.Pairwise };

    [Fact]
    public void A_public_client_knows_the_accounts_own_identifier()
    {
        Assert.Equal(Given.UserId.ToString("D"), Subjects.Of(Given.Client(), Given.UserId));
        Assert.Null(Subjects.PairwiseOrNull(Given.Client(), Given.UserId));
    }

    [Fact]
    public void Clients_of_one_sector_know_a_person_by_one_name_and_others_by_another()
    {
        var here = Subjects.Of(Pairwise, Given.UserId);
        Assert.Equal(43, here.Length);
        Assert.Equal(here, Subjects.Of(Pairwise with { ClientId = "other", RedirectUris = ["https://app.example/elsewhere", "https://app.example:8443/cb"] }, Given.UserId));
        Assert.Equal(here, Subjects.Of(Pairwise with { SectorIdentifierUri = "https://app.example/sector.json", RedirectUris = ["https://one.example/cb", "https://two.example/cb"] }, Given.UserId));
        Assert.NotEqual(here, Subjects.Of(Pairwise with { RedirectUris = ["https://other.example/cb"] }, Given.UserId));
        Assert.NotEqual(here, Subjects.Of(Pairwise, Given.SessionId));
        Assert.NotEqual(here, new SubjectIdentifiers([.. Enumerable.Repeat((byte)1, 32)]).Of(Pairwise, Given.UserId));
        Assert.DoesNotContain(Given.UserId.ToString("N")[..8], here, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_client_without_one_sector_has_none()
    {
        Assert.Null((Pairwise with { RedirectUris = ["https://one.example/cb", "https://two.example/cb"] }).Sector);
        Assert.Null((Pairwise with { RedirectUris = [] }).Sector);
        Assert.Null((Pairwise with { RedirectUris = ["com.example.app:/cb"] }).Sector);
        Assert.Throws<InvalidOperationException>(() => Subjects.Of(Pairwise with { RedirectUris = [] }, Given.UserId));
    }

    [Fact]
    public void The_grant_carries_it_to_all_that_comes_of_the_code()
    {
        var known = new AuthorizationRules.Known(Pairwise, [Given.NotesApi(), Given.FilesApi()], Given.Jwks, Given.Issuer) { Subjects = Subjects };
        var query = $"client_id=app&redirect_uri=https://app.example/cb&response_type=code&scope=openid&code_challenge={Given.CodeChallenge}&code_challenge_method=S256";
        var request = ((AuthorizationDecision.Accepted)AuthorizationRules.Decide(Given.Parameters(query), known, Given.Now)).Request;
        var code = request.CodeFor(Given.Session(), Given.Now);

        var plan = Given.Plan(code with { CodeChallenge = Given.CodeChallenge });
        Assert.Equal(Subjects.Of(Pairwise, Given.UserId), plan.IdToken!.Family.Subject);
        var idToken = IdToken.Sign(plan.IdToken, Given.SigningKey, Given.Issuer, "an-access-token");
        Assert.Equal(plan.IdToken.Family.Subject, Given.Claims(idToken).GetProperty("sub").GetString());
        Assert.Equal(plan.IdToken.Family.Subject, Given.VerifiedAccessToken(code).Subject);

        // And the ID token leads back to the same person as a hint, without naming the account.
        var hint = IdTokenHint.Verify(idToken, Given.Jwks, Given.Issuer, Given.Now)!;
        Assert.Equal((plan.IdToken.Family.Subject, null), (hint.Subject, hint.UserId));
        Assert.Equal(request.SubjectOf(Given.UserId), hint.Subject);
    }

    [Fact]
    public void A_pairwise_client_is_never_told_the_accounts_own_identifier_for_want_of_the_key()
    {
        var known = new AuthorizationRules.Known(Pairwise, [], Given.Jwks, Given.Issuer);
        var query = $"client_id=app&redirect_uri=https://app.example/cb&response_type=code&scope=openid&code_challenge={Given.CodeChallenge}&code_challenge_method=S256";
        var request = ((AuthorizationDecision.Accepted)AuthorizationRules.Decide(Given.Parameters(query), known, Given.Now)).Request;
        Assert.Throws<InvalidOperationException>(() => request.CodeFor(Given.Session(), Given.Now));
    }

    [Theory]
    [InlineData("""["https://app.example/cb","https://other.example/cb"]""", null)]
    [InlineData("""["https://other.example/cb"]""", "must list every redirect URI of the client")]
    [InlineData("""["https://app.example/CB"]""", "must list every redirect URI of the client")]
    [InlineData("""{"redirect_uris":["https://app.example/cb"]}""", "must lead to a JSON array of redirect URIs")]
    [InlineData("""["https://app.example/cb",7]""", "must lead to a JSON array of redirect URIs")]
    [InlineData("""[["https://app.example/cb"]]""", "must lead to a JSON array of redirect URIs")]
    [InlineData("""["\ud800"]""", "must lead to a JSON array of redirect URIs")]
    [InlineData("<html>", "must lead to a JSON array of redirect URIs")]
    public void A_sector_lists_the_redirect_URIs_of_its_clients(string document, string? refused)
    {
        var client = Pairwise with { SectorIdentifierUri = "https://sector.example/uris.json" };
        var error = SectorIdentifierRules.Refuse(client, Encoding.UTF8.GetBytes(document));
        Assert.Equal(refused, error?.Message);
        Assert.Equal(refused is null ? null : "sector_identifier_uri", error?.Member);
    }

    [Fact]
    public void A_list_that_could_not_be_had_is_none() => Assert.NotNull(SectorIdentifierRules.Refuse(Pairwise, document: null));
}
