namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp authorization-details-types</c>, as an operator runs it.</summary>
public sealed class AuthorizationDetailsTypeCommandsTests
{
    private const string Payment = """
        {"type":"payment","schema":{"title":"Make a payment","type":"object","additionalProperties":false,"properties":{"zebra":{"title":"Größe","type":"string"},"a":{"title":"A","type":"string"}}}}
        """;

    [Fact]
    public async Task A_type_is_made_shown_as_it_was_written_listed_and_removed()
    {
        using var idp = CommandLine.On(await TestCluster.NewDatabaseAsync());
        var made = await idp.DoneAsync(["authorization-details-types", "create", "--file", "-"], Payment);
        Assert.Equal("payment", (string?)made["type"]);
        Assert.Equal("'payment' is taken", (await idp.RunAsync(["authorization-details-types", "create", "--file", "-"], Payment)).Refusal.Split(": ")[1]);

        var shown = await idp.DoneAsync(["authorization-details-types", "show", "payment"]);
        Assert.Equal(["zebra", "a"], shown["schema"]!["properties"]!.AsObject().Select(p => p.Key));
        Assert.Equal("Größe", (string?)shown["schema"]!["properties"]!["zebra"]!["title"]);
        Assert.Single((await idp.DoneAsync(["authorization-details-types", "list"])).AsArray());

        await idp.DoneAsync(["authorization-details-types", "delete", "payment"]);
        Assert.Contains("is not a type here", (await idp.RunAsync(["authorization-details-types", "show", "payment"])).Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"payment"}""", "schema")]
    [InlineData("""{"type":"pay ment","schema":{}}""", "type")]
    [InlineData("""{"type":"payment","schema":{"title":"T","type":"object","additionalProperties":false,"properties":{},"oneOf":[]}}""", "oneOf")]
    [InlineData("""{"type":"payment","schema":[],"more":1}""", "more")]
    public async Task What_is_wrong_is_named(string document, string named)
    {
        using var idp = CommandLine.On(await TestCluster.NewDatabaseAsync());
        Assert.Contains(named, (await idp.RunAsync(["authorization-details-types", "create", "--file", "-"], document)).Refusal, StringComparison.Ordinal);
    }
}
