namespace IdentityProvider.Jose.Tests;

public sealed class SignatureAlgorithmTests
{
    [Theory]
    [MemberData(nameof(Given.Algorithms), MemberType = typeof(Given))]
    public void Finds_each_by_its_exact_name(string name)
    {
        Assert.True(SignatureAlgorithm.TryParse(name, out var algorithm));
        Assert.Equal(name, algorithm.Name);
        Assert.Equal(name, algorithm.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("rs256")]
    [InlineData("RS256 ")]
    [InlineData("RS256\0")]
    [InlineData("ＲＳ256")]
    [InlineData("RS512")]
    [InlineData("EdDSA")]
    public void Finds_nothing_by_any_other(string? name) => Assert.False(SignatureAlgorithm.TryParse(name, out _));

    [Fact]
    public void Nothing_else_can_be_made() => Assert.Empty(typeof(SignatureAlgorithm).GetConstructors());
}
