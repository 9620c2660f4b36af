using IdentityProvider.Protocol.Accounts;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Accounts;

public sealed class AccountLinkTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = new("0f0e0d0c-0b0a-0908-0706-050403020100");

    private static StoredAccountLink Stored { get; } = new()
    {
        LinkId = Id, Purpose = AccountLinkPurpose.PasswordReset, UserId = Id, Address = "ada@example.com", SecurityStamp = "stamp", CreatedAt = Now, ExpiresAt = Now.AddMinutes(15),
    };

    [Fact]
    public void A_link_is_the_same_each_time_and_read_by_its_own_key_and_purpose_alone()
    {
        var link = new AccountLink(Id, AccountLinkPurpose.PasswordReset);
        var text = link.Compute(Key);
        Assert.Equal((text, AccountLink.TextLength), (link.Compute(Key), text.Length));
        Assert.True(AccountLink.Parse(text, AccountLinkPurpose.PasswordReset, Key).Try(out var read, out _));
        Assert.Equal(link, read);
        foreach (var other in Enum.GetValues<AccountLinkPurpose>().Where(p => p != AccountLinkPurpose.PasswordReset))
            Assert.Equal(Refusal.AccountLinkUnknown, ReasonOf(AccountLink.Parse(text, other, Key)));
        Assert.Equal(Refusal.AccountLinkUnknown, ReasonOf(AccountLink.Parse(text, AccountLinkPurpose.PasswordReset, new byte[32])));
    }

    [Fact]
    public void A_link_in_which_one_sign_is_another_is_unknown()
    {
        var text = new AccountLink(Id, AccountLinkPurpose.SignUp).Compute(Key);
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.Equal(Refusal.AccountLinkUnknown, ReasonOf(AccountLink.Parse(changed, AccountLinkPurpose.SignUp, Key)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AA")]
    [InlineData("ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé")]
    public void What_is_no_link_is_unknown(string? text) =>
        Assert.Equal(Refusal.AccountLinkUnknown, ReasonOf(AccountLink.Parse(text, AccountLinkPurpose.SignUp, Key)));

    [Fact]
    public void A_link_works_for_its_purpose_until_it_was_used_its_time_is_over_or_the_account_has_moved_on()
    {
        Assert.Null(Decide(Stored));
        Assert.Equal(Refusal.AccountLinkUnknown, Decide(null));
        Assert.Equal(Refusal.AccountLinkUnknown, Decide(Stored with { Purpose = AccountLinkPurpose.EmailChange }));
        Assert.Equal(Refusal.AccountLinkSpent, Decide(Stored with { UsedAt = Now }));
        Assert.Null(Decide(Stored, now: Now.AddMinutes(15).AddTicks(-1)));
        Assert.Equal(Refusal.AccountLinkExpired, Decide(Stored, now: Now.AddMinutes(15)));
        Assert.Equal(Refusal.AccountLinkSuperseded, Decide(Stored, stamp: "another"));
        Assert.Equal(Refusal.AccountLinkSuperseded, Decide(Stored, stamp: null));
        Assert.Null(Decide(Stored with { UserId = null, SecurityStamp = null }, stamp: null));
    }

    [Fact]
    public void From_outside_no_reason_is_told_from_another()
    {
        var answers = new[] { Refusal.AccountLinkUnknown, Refusal.AccountLinkSpent, Refusal.AccountLinkExpired, Refusal.AccountLinkSuperseded }.Select(Refusals.Of);
        Assert.Single(answers.Select(a => (a.Error, a.Status, a.Description)).Distinct());
    }

    private static Refusal? Decide(StoredAccountLink? link, string? stamp = "stamp", DateTimeOffset? now = null) =>
        AccountLinkRules.Decide(link, AccountLinkPurpose.PasswordReset, stamp, now ?? Now).Try(out _, out var reason) ? null : reason;

    private static Refusal ReasonOf<T>(Decision<T> decision)
        where T : class
    {
        Assert.False(decision.Try(out _, out var reason));
        return reason;
    }
}
