using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SignIn;

public sealed class PasskeyRulesTests
{
    [Theory]
    [InlineData(false, false, "hwk")]
    [InlineData(true, false, "swk")]
    [InlineData(false, true, "hwk user mfa")]
    [InlineData(true, true, "swk user mfa")]
    public void A_passkey_is_two_factors_only_where_it_verified_the_person(bool isSynced, bool isUserVerified, string amr) =>
        Assert.Equal(amr, string.Join(' ', PasskeyRules.AmrOf(isSynced, isUserVerified)));

    [Theory]
    [InlineData("Phone", "Phone")]
    [InlineData("  Schlüssel am Bund ☂ ", "Schlüssel am Bund ☂")]
    [InlineData("鍵", "鍵")]
    public void A_name_is_what_was_typed_without_the_space_around_it(string typed, string name)
    {
        Assert.True(PasskeyRules.ReadName(typed).Try(out var read, out _));
        Assert.Equal(name, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("two\nlines")]
    [InlineData("back\u202Ewards")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901")]
    public void A_name_is_seen_on_one_line_of_a_list(string? typed)
    {
        Assert.False(PasskeyRules.ReadName(typed).Try(out _, out var reason));
        Assert.Equal(Refusal.PasskeyNameInvalid, reason);
    }
}
