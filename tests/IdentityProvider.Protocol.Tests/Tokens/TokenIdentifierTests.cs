using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Tokens;

public sealed class TokenIdentifierTests
{
    [Fact]
    public void One_in_a_family_leads_back_to_it()
    {
        var jti = TokenIdentifier.InFamily(Given.FamilyId, [1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal(32, jti.Length);
        Assert.Equal(Given.FamilyId, TokenIdentifier.FamilyIdOrNull(jti));
    }

    [Fact]
    public void One_that_stands_alone_leads_nowhere()
    {
        Assert.Null(TokenIdentifier.FamilyIdOrNull(TokenIdentifier.Alone(new byte[16])));
        Assert.Null(TokenIdentifier.FamilyIdOrNull("no base64url!"));
        Assert.Null(TokenIdentifier.FamilyIdOrNull(""));
    }
}
