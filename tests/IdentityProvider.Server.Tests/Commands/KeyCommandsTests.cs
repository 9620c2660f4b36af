using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp keys</c>, by the real executable, beginning with a database that has no table yet.</summary>
public sealed class KeyCommandsTests
{
    [Fact]
    public async Task Keys_are_listed_rotated_early_rotated_at_once_and_revoked()
    {
        using var idp = CommandLine.On(await TestCluster.NewEmptyDatabaseAsync());

        // The first key of an empty database signs at once.
        Assert.Equal(["active"], States(await idp.DoneAsync(["keys", "rotate"])));
        Assert.Equal("announced", Assert.Single(States(await idp.DoneAsync(["keys", "rotate"]))));
        var signing = Assert.Single((await idp.DoneAsync(["keys", "rotate", "--now"])).AsArray())!;
        Assert.Equal("active", signing["state"]!.GetValue<string>());

        var kid = signing["kid"]!.GetValue<string>();
        Assert.True((await idp.DoneAsync(["keys", "revoke", kid]))["revoked"]!.GetValue<bool>());
        var left = (await idp.DoneAsync(["keys", "list"])).AsArray();
        Assert.Equal("revoked", left.Single(key => key!["kid"]!.GetValue<string>() == kid)!["state"]!.GetValue<string>());
        Assert.Single(States(left), "active");

        Assert.StartsWith("kid: ", (await idp.RunAsync(["keys", "revoke", kid, "--json"])).Refusal, StringComparison.Ordinal);
    }

    private static string[] States(JsonNode keys) => [.. keys.AsArray().Select(key => key!["state"]!.GetValue<string>())];
}
