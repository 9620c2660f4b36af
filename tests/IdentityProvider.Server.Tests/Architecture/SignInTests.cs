using System.Text.RegularExpressions;

namespace IdentityProvider.Server.Tests.Architecture;

/// <summary>There is one way in: a page that began a session by itself would pass by second factors and policy.</summary>
public sealed partial class SignInTests
{
    [Fact]
    public void Nothing_begins_a_session_but_the_flow() =>
        Assert.Equal(["src/IdentityProvider.Server/SignIn/SignInFlow.cs"], Tree.SourceFiles("src").Where(file => Begins().IsMatch(Tree.Read(file))));

    [GeneratedRegex(@"\.BeginAsync\(http\b")]
    private static partial Regex Begins();
}
