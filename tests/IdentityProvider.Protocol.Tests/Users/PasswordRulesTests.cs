using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Users;

/// <summary>NIST SP 800-63B-4 §3.1.1.2: length over composition, and nothing that everybody would try.</summary>
public sealed class PasswordRulesTests
{
    private static readonly IReadOnlyList<string> Words =
        PasswordRules.WordsOf("anna.schmidt@example.org", null, new JsonObject { ["name"] = "Anna Li Schmidt", ["nickname"] = "Nana" }, "login.example.com", "The Corner Shop");

    [Fact]
    public void Takes_anything_that_is_long_enough()
    {
        foreach (var chosen in new[] { "aaaaaaaaaaaaaaa", "kaffee und kuchen", "パスワードは十五文字以上です。", new string('x', PasswordRules.Longest) })
            Assert.Null(PasswordRules.Refuse(chosen, 15, Words));
    }

    [Theory]
    [InlineData("fourteen chars", Refusal.PasswordTooShort)]
    [InlineData("", Refusal.PasswordTooShort)]
    [InlineData("🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑", Refusal.PasswordTooShort)] // fourteen code points of two chars each
    [InlineData("an ANNA.SCHMIDT that is long", Refusal.PasswordHasName)]
    [InlineData("a schmidt that is long", Refusal.PasswordHasName)]
    [InlineData("my nana is at home now", Refusal.PasswordHasName)]
    [InlineData("for example a long one", Refusal.PasswordHasName)]
    [InlineData("round the corner we go", Refusal.PasswordHasName)]
    public void Refuses_what_is_short_or_holds_a_name(string chosen, Refusal reason) => Assert.Equal(reason, PasswordRules.Refuse(chosen, 15, Words));

    [Fact]
    public void Refuses_what_is_too_long_before_anything_is_done_with_it() =>
        Assert.Equal(Refusal.PasswordTooLong, PasswordRules.Refuse(new string('x', PasswordRules.Longest + 1), 15, Words));

    [Fact]
    public void Short_words_are_in_too_many_passwords_by_chance()
    {
        Assert.DoesNotContain("Li", Words);
        Assert.DoesNotContain("com", Words);
        Assert.Contains("example", Words);
        Assert.Empty(PasswordRules.WordsOf(null, null, new JsonObject { ["name"] = null }, null, "127.0.0.1"));
        Assert.Equal(["localhost"], PasswordRules.WordsOf("bob", null, [], "localhost"));
    }

    [Theory]
    [InlineData(0, Refusal.PasswordCommon)]
    [InlineData(1, Refusal.PasswordCommon)]
    [InlineData(2, Refusal.PasswordGuessable)]
    [InlineData(3, null)]
    [InlineData(4, null)]
    public void The_floor_is_what_nobody_guesses_in_a_hundred_million_tries(int score, Refusal? reason) => Assert.Equal(reason, PasswordRules.RefuseGuessable(score));
}
