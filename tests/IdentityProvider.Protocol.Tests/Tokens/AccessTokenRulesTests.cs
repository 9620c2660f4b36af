using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class AccessTokenRulesTests
{
    private static readonly AccessTokenFacts Facts = new(Given.Client(), Given.Family(), Given.User(), IsRevoked: false);

    [Fact]
    public void A_token_stands_while_all_it_hangs_on_does() => Assert.Null(AccessTokenRules.RefuseRevoked(Given.VerifiedAccessToken(), Facts, Given.Now));

    [Fact]
    public void A_clients_own_hangs_on_the_client_alone()
    {
        Assert.Null(AccessTokenRules.RefuseRevoked(Given.ClientsOwnAccessToken(), new(Given.Client(), null, null, IsRevoked: false), Given.Now));
        Assert.Equal(Refusal.BearerTokenRevoked, AccessTokenRules.RefuseRevoked(Given.ClientsOwnAccessToken(), new(null, null, null, IsRevoked: false), Given.Now));
        Assert.Equal(Refusal.BearerTokenRevoked, AccessTokenRules.RefuseRevoked(Given.ClientsOwnAccessToken(), new(Given.Client(), null, null, IsRevoked: true), Given.Now));
    }

    [Fact]
    public void A_token_falls_with_any_of_them()
    {
        AccessTokenFacts[] fallen =
        [
            Facts with { IsRevoked = true },
            Facts with { Client = null },
            Facts with { Family = null },
            Facts with { Family = Given.Family() with { FamilyId = Given.UserId } },
            Facts with { Family = Given.Family() with { EndedAt = Given.Now } },
            Facts with { Family = Given.Family() with { ExpiresAt = Given.Now } },
            Facts with { User = null },
            Facts with { User = Given.User() with { IsActive = false } },
            Facts with { User = Given.User() with { UserId = Given.FamilyId } },
        ];
        Assert.All(fallen, facts => Assert.Equal(Refusal.BearerTokenRevoked, AccessTokenRules.RefuseRevoked(Given.VerifiedAccessToken(), facts, Given.Now)));
    }
}
