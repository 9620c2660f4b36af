using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>What is found by how it begins, and that a change of a name is found at once.</summary>
public abstract class SearchContract : StorageContract
{
    [Fact]
    public async Task Clients_and_APIs_are_found_by_identifier_and_by_name_without_case()
    {
        await using var storage = await NewAsync();
        var (clients, resources, search) = (storage.Get<Clients>(), storage.Get<Resources>(), storage.Get<Search>());
        var shop = Given.Client("shop-1") with { ClientName = "Éclair Shop" };
        foreach (var client in new[] { shop, Given.Client("https://app.example/client") with { ClientName = "App" }, Given.Client("z") with { ClientName = "shop-window" } })
            Assert.True(await clients.AddAsync(client));
        Assert.True(await resources.AddAsync(Given.Resource()));

        Assert.Equal([new Found("shop-1", "Éclair Shop"), new Found("z", "shop-window")], await search.ClientsAsync("shop", 10));
        Assert.Equal("shop-1", Assert.Single(await search.ClientsAsync(" éCLAIR sh", 10)).Id);
        Assert.Equal("https://app.example/client", Assert.Single(await search.ClientsAsync("app.example", 10)).Id);
        Assert.Single(await search.ClientsAsync("shop", 1));
        foreach (var nothing in new[] { "SHOP-1", "hop", "shop%", "_hop", "'", "\0", "\uD800", new string('x', 5000) })
            Assert.Empty(await search.ClientsAsync(nothing, 10));

        Assert.True(await clients.UpdateAsync(shop with { ClientName = "Bakery" }, Given.Now));
        Assert.Empty(await search.ClientsAsync("éclair", 10));
        Assert.Equal(new Found("shop-1", "Bakery"), Assert.Single(await search.ClientsAsync("BAKER", 10)));
        Assert.Equal(Replaced.Done, await clients.ReplaceAsync(shop with { ClientName = "Pastry" }, (await clients.FindAsync("shop-1"))!, [], null, Given.Now));
        Assert.Equal("shop-1", Assert.Single(await search.ClientsAsync("pastry", 10)).Id);

        var orders = new Found("https://api.example/orders", "Orders");
        Assert.Equal([orders], await search.ResourcesAsync("api.ex", 10));
        Assert.Equal([orders], await search.ResourcesAsync("ORDER", 10));
        Assert.Equal(Replaced.Done, await resources.ReplaceAsync(Given.Resource() with { Name = "Sales" }, Given.Resource(), Given.Now));
        Assert.Empty(await search.ResourcesAsync("order", 10));
        Assert.Equal("Sales", Assert.Single(await search.ResourcesAsync("sal", 10)).Name);
    }

    [Fact]
    public async Task People_are_found_by_name_address_and_sub_each_once()
    {
        await using var storage = await NewAsync();
        var search = storage.Get<Search>();
        var alice = await PersonAsync(storage, "alice", """{"given_name":"Alice","family_name":"Österreicher","email":"a.oe@example.com"}""");
        await PersonAsync(storage, "bob", """{"name":"Robert Alison"}""");
        await PersonAsync(storage, "carol", "{}");

        async Task<string> FoundAsync(string text, int limit = 10) => string.Join(' ', (await search.UsersAsync(text, limit)).Select(user => user.UserName));
        Assert.Equal("alice", await FoundAsync("ALI"));
        Assert.Equal("alice", await FoundAsync("öster"));
        Assert.Equal("alice", await FoundAsync("Alice Ö"));
        Assert.Equal("alice", await FoundAsync("A.OE@"));
        Assert.Equal("alice", await FoundAsync(alice.ToString("N")));
        Assert.Equal("bob", await FoundAsync("robert"));
        Assert.Equal("carol", await FoundAsync("c"));
        Assert.Equal("", await FoundAsync("alison"));
        Assert.Equal("alice", await FoundAsync("a", 1));

        var stamped = (await storage.Get<Users>().FindStampedAsync(alice))!;
        var claims = stamped.Claims.DeepClone().AsObject();
        claims["family_name"] = "Zander";
        Assert.True(await storage.Get<Users>().ChangeClaimsAsync(alice, claims, stamped.Stamp, "s2"));
        Assert.Equal("", await FoundAsync("öster"));
        Assert.Equal("alice", await FoundAsync("zander"));
        Assert.Equal("alice", await FoundAsync("alice zan"));
    }

    [Fact]
    public async Task Groups_and_roles_are_found_by_name_without_case()
    {
        await using var storage = await NewAsync();
        Assert.True(await storage.Get<Groups>().AddAsync(new Group(Given.NewId(), "Sales", Given.Kept(Given.Now))));
        using (var scope = storage.Scope())
            Assert.True((await scope.ServiceProvider.GetRequiredService<IRoleStore<Role>>().CreateAsync(new Role { Id = Given.NewId(), Name = "Seller", NormalizedName = "SELLER" }, default)).Succeeded);

        Assert.Equal("Sales", Assert.Single(await storage.Get<Search>().GroupsAsync("sal", 10)).Id);
        Assert.Equal("Seller", Assert.Single(await storage.Get<Search>().RolesAsync("SELL", 10)).Id);
        Assert.Empty(await storage.Get<Search>().GroupsAsync("sell", 10));
        Assert.Empty(await storage.Get<Search>().RolesAsync(" ", 10));
    }

    private static async Task<Guid> PersonAsync(TestStorage storage, string name, string claims)
    {
        using var scope = storage.Scope();
        var user = new User { Id = Given.NewId(), UserName = name, NormalizedUserName = name.ToUpperInvariant(), Claims = claims, CreatedAt = Given.Now };
        user.SetEmail((string?)JsonNode.Parse(claims)!["email"], isVerified: false, now: null);
        Assert.True((await scope.ServiceProvider.GetRequiredService<IUserStore<User>>().CreateAsync(user, default)).Succeeded);
        return user.Id;
    }
}
