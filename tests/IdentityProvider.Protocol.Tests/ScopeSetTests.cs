using Xunit;

namespace IdentityProvider.Protocol.Tests;

public sealed class ScopeSetTests
{
    [Theory]
    [InlineData("openid profile", "openid profile")]
    [InlineData("  profile   openid profile ", "profile openid")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Reads_a_list_once_each_in_the_order_first_named(string? text, string expected)
    {
        Assert.True(ScopeSet.TryParse(text, out var scope));
        Assert.Equal(expected, scope.ToString());
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a\tb")]
    [InlineData("é")]
    public void Refuses_what_is_no_scope_token(string text) => Assert.False(ScopeSet.TryParse(text, out _));

    [Fact]
    public void Equality_ignores_the_order()
    {
        Assert.Equal(ScopeSet.Of(["a", "b"]), ScopeSet.Of(["b", "a"]));
        Assert.NotEqual(ScopeSet.Of(["a", "b"]), ScopeSet.Of(["a", "B"]));
        Assert.NotEqual(ScopeSet.Of(["a"]), ScopeSet.Of(["a", "b"]));
    }

    [Fact]
    public void Sets_are_cut_and_joined()
    {
        var (ab, bc) = (ScopeSet.Of(["a", "b"]), ScopeSet.Of(["b", "c"]));
        Assert.Equal("b", ab.Intersect(bc).ToString());
        Assert.Equal("a b c", ab.Union(bc).ToString());
        Assert.Equal("a", ab.Except(bc).ToString());
        Assert.True(ScopeSet.Empty.IsSubsetOf(ab));
        Assert.False(ab.IsSubsetOf(bc));
    }
}
