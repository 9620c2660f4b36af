using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class AuthorizationDetailsTypesContract : StorageContract
{
    [Fact]
    public async Task Gives_back_the_schema_as_it_was_written_and_says_so_to_other_nodes()
    {
        await using var storage = await NewAsync();
        var types = storage.Get<AuthorizationDetailsTypes>();
        var before = await storage.TopicAsync(Topic.AuthorizationDetailsTypes);

        Assert.True(await types.AddAsync(Type("payment")));
        Assert.False(await types.AddAsync(Type("payment")));
        Assert.True(await types.AddAsync(Type("a")));

        var all = await types.ListAsync(null, 10);
        Assert.Equal(["a", "payment"], all.Select(t => t.Type));
        Assert.Equal(["zebra", "b"], all[1].Schema.Properties.Select(p => p.Name));
        Assert.Equal("Größe", all[1].Schema.Properties[0].Schema.Title);
        Assert.Equal(["payment"], (await types.ListAsync("a", 10)).Select(t => t.Type));

        Assert.True(await types.DeleteAsync("a"));
        Assert.False(await types.DeleteAsync("a"));
        Assert.True(await storage.TopicAsync(Topic.AuthorizationDetailsTypes) >= before + 3);
    }

    [Fact]
    public async Task A_code_and_its_family_keep_what_was_granted()
    {
        await using var storage = await NewAsync();
        Assert.True(AuthorizationDetails.Read("""[{"type":"payment","zebra":"größe","a":[1.50,true,null]}]""").Try(out var details, out _));
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Hash(1));
        await storage.Codes.AddAsync(Hash(2), Given.Code(session) with { Terms = new GrantTerms { AuthorizationDetails = details } });

        var kept = (await storage.Codes.FindAsync(Hash(2)))!.Terms.AuthorizationDetails!;
        Assert.True(kept.IsAmong(details) && details.IsAmong(kept));
    }

    private static AuthorizationDetailsType Type(string name) => ((Validated<AuthorizationDetailsType>.Valid)AuthorizationDetailsTypeMetadata.Decide(new()
    {
        Type = name,
        Schema = JsonElement.Parse("""{"title":"T","type":"object","additionalProperties":false,"properties":{"zebra":{"title":"Größe","type":"string"},"b":{"title":"B","type":"string"}}}"""),
    })).Value;
}
