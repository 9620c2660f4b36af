using IdentityProvider.Protocol.Audit;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Audit;

public sealed class AuditActionsTests
{
    [Fact]
    public void Every_action_has_a_name_of_its_own_and_an_area()
    {
        Assert.Equal(Enum.GetValues<AuditAction>().Length, AuditActions.Names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(AuditActions.Names, name => Assert.Matches(@"^[a-z_]+\.[a-z_]+$", name));
        Assert.All(AuditActions.Names, name => Assert.True(name.Length <= AuditActions.LongestName));
        Assert.Equal(AuditActions.Names.Order(StringComparer.Ordinal), AuditActions.Areas.SelectMany(AuditActions.NamesOf).Order(StringComparer.Ordinal));
        Assert.Empty(AuditActions.NamesOf("nowhere"));
    }
}
