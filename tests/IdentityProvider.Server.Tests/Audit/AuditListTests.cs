using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Tests.Architecture;

namespace IdentityProvider.Server.Tests.Audit;

/// <summary>The list of what the audit tells of is whole: nothing is in it that never happens, and the document names each.</summary>
public sealed class AuditListTests(AuditStories stories) : IClassFixture<AuditStories>
{
    public static TheoryData<string> Names => [.. AuditActions.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Happens_and_is_told(string action) => Assert.Contains(stories.Lines, line => line.Action == action);

    [Fact]
    public void The_document_has_a_line_for_each_and_no_other()
    {
        var rows = Tree.Read("docs/audit.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        Assert.Equal(AuditActions.Names.Order(StringComparer.Ordinal), rows.Where(name => name.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whoever_did_it_by_a_page_is_named_by_their_sub_with_address_device_and_request()
    {
        var line = stories.Lines.First(line => line.Action == AuditActions.NameOf(AuditAction.SessionBegan));
        Assert.Equal(AuditActorKind.Person, line.Actor.Kind);
        Assert.True(Guid.TryParseExact(line.Actor.Name, "D", out _));
        Assert.Equal(("127.0.0.1", "session"), (line.Address, line.Target.Kind));
        Assert.NotNull(line.RequestId);
        Assert.Contains("\"amr\":\"pwd", line.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_counted_is_one_line_of_its_minute()
    {
        var failed = stories.Lines.Where(line => line.Action == AuditActions.NameOf(AuditAction.SignInFailed) && line.Detail == """{"method":"pwd"}""").ToList();
        Assert.True(Assert.Single(failed).Count > 1);
        Assert.Equal(AuditActorKind.Anonymous, failed[0].Actor.Kind);
    }
}
