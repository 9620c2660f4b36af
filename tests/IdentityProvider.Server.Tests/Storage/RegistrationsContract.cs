using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class RegistrationsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task Gives_back_the_client_that_was_registered()
    {
        await using var storage = await NewAsync();
        ClientSecret newest = new(Hash(2), Given.Kept(Now), null);
        ClientSecret older = new(Hash(1), Given.Kept(Now.AddDays(-1)), Given.Kept(Now.AddDays(1)));
        var client = Given.Client() with { Secrets = [newest, older] };

        Assert.True(await storage.Get<Clients>().AddAsync(client));

        Assert.Equivalent(client, await storage.Get<Clients>().FindAsync("shop"), strict: true);
    }

    [Theory]
    [InlineData("Shop")]
    [InlineData("shop ")]
    [InlineData("shóp")]
    [InlineData("ｓhop")]
    [InlineData("shop\0")]
    [InlineData("")]
    public async Task Finds_no_client_by_an_identifier_that_is_nearly_its_own(string clientId)
    {
        await using var storage = await NewAsync();
        await storage.Get<Clients>().AddAsync(Given.Client());
        await storage.Get<Resources>().AddAsync(Given.Resource("https://api.example/shop"));

        Assert.Null(await storage.Get<Clients>().FindAsync(clientId));
        Assert.Null(await storage.Get<Resources>().FindAsync("https://api.example/" + clientId));
    }

    [Fact]
    public async Task Refuses_a_second_client_of_the_same_identifier_and_leaves_the_first()
    {
        await using var storage = await NewAsync();
        var clients = storage.Get<Clients>();

        var won = await RaceAsync(
            storage, i => clients.AddAsync(Given.Client() with { ClientName = $"The {i}", Secrets = [new(Hash(i), Now, null)] }));

        Assert.Single(won, w => w);
        var found = await clients.FindAsync("shop");
        Assert.Equal($"The {Array.IndexOf(won, true)}", found!.ClientName);
        Assert.Equal(Hash(Array.IndexOf(won, true)), Assert.Single(found.Secrets).Hash);
    }

    [Fact]
    public async Task Changes_metadata_and_leaves_the_secrets()
    {
        await using var storage = await NewAsync();
        var clients = storage.Get<Clients>();
        var client = Given.Client() with { Secrets = [new(Hash(1), Given.Kept(Now), null)] };
        await clients.AddAsync(client);

        Assert.True(await clients.UpdateAsync(client with { ClientName = "New", Secrets = [] }, Given.Now));
        Assert.False(await clients.UpdateAsync(client with { ClientId = "unknown" }, Given.Now));

        Assert.Equivalent(client with { ClientName = "New" }, await clients.FindAsync("shop"), strict: true);
    }

    [Fact]
    public async Task Several_secrets_stand_until_the_old_one_ends()
    {
        await using var storage = await NewAsync();
        var clients = storage.Get<Clients>();
        ClientSecret[] secrets = [new(Hash(1), Now, null), new(Hash(2), Now, Now.AddMinutes(9)), new(Hash(4), Now, Now.AddMinutes(1))];
        await clients.AddAsync(Given.Client() with { Secrets = secrets });

        var made = Now.AddMinutes(2);
        Assert.True(await clients.AddSecretAsync("shop", new ClientSecret(Hash(3), made, null), othersExpireAt: Now.AddHours(1)));
        Assert.False(await clients.AddSecretAsync("unknown", new ClientSecret(Hash(3), Now, null)));

        var ends = (await clients.FindAsync("shop"))!.Secrets.ToDictionary(s => Convert.ToHexString(s.Hash), s => s.ExpiresAt);
        Assert.Null(ends[Convert.ToHexString(Hash(3))]);
        Assert.Equal(Given.Kept(Now.AddHours(1)), ends[Convert.ToHexString(Hash(1))]);
        Assert.Equal(Given.Kept(Now.AddMinutes(9)), ends[Convert.ToHexString(Hash(2))]);
        Assert.DoesNotContain(Convert.ToHexString(Hash(4)), ends.Keys);

        Assert.Equal(2, await clients.RemoveSecretsAsync("shop", madeBefore: made));
        Assert.Equal(Hash(3), Assert.Single((await clients.FindAsync("shop"))!.Secrets).Hash);
    }

    [Fact]
    public async Task Deleting_a_client_takes_its_secrets_and_grants_and_ends_its_families()
    {
        await using var storage = await NewAsync();
        var clients = storage.Get<Clients>();
        await clients.AddAsync(Given.Client() with { Secrets = [new(Hash(1), Now, null)] });
        var (_, family) = await storage.SignInAsync();
        await storage.Get<Grants>().PutAsync(new Grant { UserId = family.UserId, ClientId = "shop", Scope = ScopeSet.Empty, UpdatedAt = Now });

        Assert.True(await clients.DeleteAsync("shop", Now));
        Assert.False(await clients.DeleteAsync("shop", Now));

        Assert.Null(await clients.FindAsync("shop"));
        Assert.Equal(0, await storage.AskAsync(db => db.ClientSecrets.CountAsync()));
        Assert.Null(await storage.Get<Grants>().FindAsync(family.UserId, "shop"));
        Assert.Equal(FamilyEnd.EndedByOperator, (await storage.Families.FindAsync(family.FamilyId))!.EndReason);
    }

    [Fact]
    public async Task Lists_clients_a_page_at_a_time_in_byte_order()
    {
        await using var storage = await NewAsync();
        var clients = storage.Get<Clients>();
        foreach (var id in new[] { "b", "B", "a", "a-1", "_" })
            await clients.AddAsync(Given.Client(id));

        Assert.Equal(["B", "_"], (await clients.ListAsync(null, 2)).Select(c => c.ClientId));
        Assert.Equal(["a", "a-1"], (await clients.ListAsync("_", 2)).Select(c => c.ClientId));
        Assert.Equal(["b"], (await clients.ListAsync("a-1", 2)).Select(c => c.ClientId));
    }

    [Fact]
    public async Task Keeps_changes_and_removes_resources()
    {
        await using var storage = await NewAsync();
        var resources = storage.Get<Resources>();
        var resource = Given.Resource();

        Assert.Single(await RaceAsync(storage, _ => resources.AddAsync(resource)), w => w);
        Assert.Equivalent(resource, await resources.FindAsync(resource.Identifier), strict: true);

        var changed = resource with { Name = "New", Revocation = RevocationStyle.Introspection };
        Assert.True(await resources.UpdateAsync(changed, Given.Now));
        Assert.False(await resources.UpdateAsync(Given.Resource("https://unknown.example"), Given.Now));
        Assert.Equivalent(changed, await resources.FindAsync(resource.Identifier), strict: true);
        Assert.Equal([resource.Identifier], (await resources.ListAsync(null, 5)).Select(r => r.Identifier));
        Assert.Empty(await resources.ListAsync(resource.Identifier, 5));

        Assert.True(await resources.DeleteAsync(resource.Identifier, Given.Now));
        Assert.False(await resources.DeleteAsync(resource.Identifier, Given.Now));
        Assert.Null(await resources.FindAsync(resource.Identifier));
    }

    [Fact]
    public async Task Every_change_bumps_its_topic_and_no_other()
    {
        await using var storage = await NewAsync();
        var (clients, resources) = (storage.Get<Clients>(), storage.Get<Resources>());
        var before = await storage.Get<Topics>().ReadAsync();

        await clients.AddAsync(Given.Client());
        await clients.UpdateAsync(Given.Client(), Given.Now);
        await clients.AddSecretAsync("shop", new ClientSecret(Hash(1), Now, null));
        await clients.RemoveSecretsAsync("shop", Now.AddDays(1));
        await clients.DeleteAsync("shop", Now);
        Assert.Equal(before[Topic.Clients] + 5, await storage.TopicAsync(Topic.Clients));
        Assert.Equal(before[Topic.Resources], await storage.TopicAsync(Topic.Resources));

        await resources.AddAsync(Given.Resource());
        await resources.UpdateAsync(Given.Resource(), Given.Now);
        await resources.DeleteAsync(Given.Resource().Identifier, Given.Now);
        Assert.Equal(before[Topic.Resources] + 3, await storage.TopicAsync(Topic.Resources));
        Assert.Equal(before[Topic.Keys], await storage.TopicAsync(Topic.Keys));
    }

    [Fact]
    public async Task Leaves_out_what_a_newer_version_wrote_and_refuses_a_value_it_cannot_read()
    {
        await using var storage = await NewAsync();
        await storage.Get<Clients>().AddAsync(Given.Client());
        await SetDocumentAsync(storage, """{"client_name":"Shop","from_the_future":{"a":[1]}}""");
        var found = await storage.Get<Clients>().FindAsync("shop");
        Assert.Equal("Shop", found!.ClientName);
        Assert.True(found.RequirePkce && found.RequireConsent);

        await SetDocumentAsync(storage, """{"client_name":"Shop","token_endpoint_auth_method":"from_the_future"}""");
        await Assert.ThrowsAsync<InvalidOperationException>(() => storage.Get<Clients>().FindAsync("shop"));
    }

    private static Task<int> SetDocumentAsync(TestStorage storage, string document) =>
        storage.AskAsync(db => db.Clients.ExecuteUpdateAsync(set => set.SetProperty(c => c.Document, document)));
}
