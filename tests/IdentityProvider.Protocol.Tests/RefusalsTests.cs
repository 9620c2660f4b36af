using Xunit;

namespace IdentityProvider.Protocol.Tests;

public sealed class RefusalsTests
{
    public static TheoryData<Refusal> All => [.. Enum.GetValues<Refusal>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_refusal_has_its_answer_and_names_its_section(Refusal refusal)
    {
        var answer = Refusals.Of(refusal);
        Assert.NotEmpty(answer.Section);
        Assert.InRange(answer.Status, 400, 503);
    }

    /// <summary>RFC 6749 §5.2 and RFC 6750 §3: printable ASCII without quote and backslash, so that it may stand in a header too.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Every_text_may_stand_in_a_body_a_redirect_and_a_header(Refusal refusal)
    {
        var answer = Refusals.Of(refusal);
        Assert.All(answer.Error + answer.Description, c => Assert.True(c is (>= ' ' and <= '~') and not ('"' or '\\')));
    }
}
