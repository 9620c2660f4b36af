using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class SelfRegistrationsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    private static RegistrationPolicy Policy(int most) => new()
    {
        PolicyId = Given.NewId(), Name = "Agents", Scope = ScopeSet.Of(["openid"]), MaxClients = most, CreatedAt = Given.Kept(Now), ExpiresAt = Given.Kept(Now.AddDays(1)),
    };

    [Fact]
    public async Task Gives_back_the_policy_by_its_token_and_by_its_identifier()
    {
        await using var storage = await NewAsync();
        var policies = storage.Get<RegistrationPolicies>();
        var policy = Policy(most: 5);
        await policies.AddAsync(policy, Hash(1));

        Assert.Equivalent(policy, await policies.FindByTokenAsync(Hash(1)), strict: true);
        Assert.Equivalent(policy, await policies.FindAsync(policy.PolicyId), strict: true);
        Assert.Null(await policies.FindByTokenAsync(Hash(2)));
        Assert.Equal([policy.PolicyId], (await policies.ListAsync(10)).Select(p => p.PolicyId));

        Assert.True(await policies.RevokeAsync(policy.PolicyId, Given.Kept(Now)));
        Assert.False(await policies.RevokeAsync(policy.PolicyId, Now.AddDays(1)));
        Assert.Equal(Given.Kept(Now), (await policies.FindAsync(policy.PolicyId))!.RevokedAt);
    }

    [Fact]
    public async Task The_policy_without_a_token_is_the_operators_or_else_the_servers_and_is_there_once()
    {
        await using var storage = await NewAsync();
        var policies = storage.Get<RegistrationPolicies>();

        var found = await RaceAsync(storage, _ => policies.FindOrAddAsync(RegistrationPolicy.Open));
        Assert.All(found, policy => Assert.Equal(1000, policy.MaxClients));

        await policies.PutAsync(RegistrationPolicy.Open with { MaxClients = 7 });
        Assert.Equal(7, (await policies.FindOrAddAsync(RegistrationPolicy.Open)).MaxClients);
        await policies.PutAsync(RegistrationPolicy.Documents);
        Assert.Equal(2, (await policies.ListAsync(10)).Count);
    }

    [Fact]
    public async Task As_many_register_as_the_policy_lets_however_many_try_at_once()
    {
        await using var storage = await NewAsync();
        var (policies, registrations) = (storage.Get<RegistrationPolicies>(), storage.Get<Registrations>());
        var policy = Policy(most: 5);
        await policies.AddAsync(policy, Hash(1));

        var outcomes = await RaceAsync(storage, i => registrations.AddAsync(Given.Client($"agent-{i}") with { RegisteredBy = policy.PolicyId }, Hash(i), Now));

        Assert.Equal(5, outcomes.Count(o => o == RegistrationOutcome.Registered));
        Assert.Equal(Runners - 5, outcomes.Count(o => o == RegistrationOutcome.QuotaSpent));
        Assert.Equal(5, (await policies.FindAsync(policy.PolicyId))!.ClientCount);
        Assert.Equal(5, (await storage.Get<Clients>().ListAsync(null, 50)).Count);
    }

    [Fact]
    public async Task An_identifier_that_is_taken_spends_nothing()
    {
        await using var storage = await NewAsync();
        var policy = Policy(most: 5);
        await storage.Get<RegistrationPolicies>().AddAsync(policy, Hash(1));
        await storage.Get<Clients>().AddAsync(Given.Client());

        Assert.Equal(RegistrationOutcome.Taken, await storage.Get<Registrations>().AddAsync(Given.Client() with { RegisteredBy = policy.PolicyId }, Hash(2), Now));
        Assert.Equal(0, (await storage.Get<RegistrationPolicies>().FindAsync(policy.PolicyId))!.ClientCount);
    }

    [Fact]
    public async Task Nothing_is_registered_by_a_policy_that_ended()
    {
        await using var storage = await NewAsync();
        var (policies, registrations) = (storage.Get<RegistrationPolicies>(), storage.Get<Registrations>());
        var policy = Policy(most: 5);
        await policies.AddAsync(policy, Hash(1));
        var client = Given.Client() with { RegisteredBy = policy.PolicyId };

        Assert.Equal(RegistrationOutcome.QuotaSpent, await registrations.AddAsync(client, Hash(2), Now.AddDays(1)));
        await policies.RevokeAsync(policy.PolicyId, Now);
        Assert.Equal(RegistrationOutcome.QuotaSpent, await registrations.AddAsync(client, Hash(2), Now));
    }

    [Fact]
    public async Task Who_leaves_frees_its_place_once()
    {
        await using var storage = await NewAsync();
        var (policies, registrations) = (storage.Get<RegistrationPolicies>(), storage.Get<Registrations>());
        var policy = Policy(most: 2);
        await policies.AddAsync(policy, Hash(1));
        foreach (var id in new[] { "one", "two" })
            await registrations.AddAsync(Given.Client(id) with { RegisteredBy = policy.PolicyId }, Hash(2), Now);

        var gone = await RaceAsync(storage, _ => storage.Get<Clients>().DeleteAsync("one", Now));

        Assert.Single(gone, g => g);
        Assert.Equal(1, (await policies.FindAsync(policy.PolicyId))!.ClientCount);
    }

    [Fact]
    public async Task A_client_is_managed_by_its_token_only_if_it_registered_itself()
    {
        await using var storage = await NewAsync();
        var policy = Policy(most: 5);
        await storage.Get<RegistrationPolicies>().AddAsync(policy, Hash(1));
        var client = Given.Client("one") with { RegisteredBy = policy.PolicyId, Secrets = [new(Hash(3), Given.Kept(Now), null)] };
        await storage.Get<Registrations>().AddAsync(client, Hash(2), Now);
        await storage.Get<Clients>().AddAsync(Given.Client("two"));

        var managed = await storage.Get<Registrations>().FindManagedAsync("one");
        Assert.Equivalent(client, managed!.Client, strict: true);
        Assert.Equal(Hash(2), managed.TokenHash);
        Assert.Equal(Given.Kept(Now), managed.RegisteredAt);
        Assert.Null(await storage.Get<Registrations>().FindManagedAsync("two"));
        Assert.Null(await storage.Get<Registrations>().FindManagedAsync("One"));
    }

    [Fact]
    public async Task A_newcomer_with_a_document_takes_the_place_of_the_oldest_that_nobody_ever_used()
    {
        await using var storage = await NewAsync();
        var registrations = storage.Get<Registrations>();
        await storage.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Documents with { MaxClients = 3 });
        foreach (var (name, minute) in new[] { ("used", 0), ("agreed", 1), ("unused", 2) })
            Assert.Equal(RegistrationOutcome.Registered, await AddDocumentAsync(storage, name, Now.AddMinutes(minute)));
        await registrations.NoteUseAsync([Address("used")], Now); // the very moment of its registration
        await storage.Get<Grants>().PutAsync(new Grant { UserId = Given.NewId(), ClientId = Address("agreed"), Scope = ScopeSet.Of(["openid"]), UpdatedAt = Now });

        for (var i = 0; i < 5; i++)
            Assert.Equal(RegistrationOutcome.Registered, await AddDocumentAsync(storage, $"new-{i}", Now.AddMinutes(10 + i)));

        var left = (await storage.Get<Clients>().ListAsync(null, 50)).Select(c => c.ClientId);
        Assert.Equal([Address("agreed"), Address("new-4"), Address("used")], left);
        Assert.Equal(3, (await storage.Get<RegistrationPolicies>().FindAsync(RegistrationPolicy.DocumentsId))!.ClientCount);
        await registrations.NoteUseAsync([Address("new-4")], Now.AddMinutes(20));
        Assert.Equal(RegistrationOutcome.QuotaSpent, await AddDocumentAsync(storage, "last", Now.AddMinutes(30)));
    }

    [Fact]
    public async Task However_many_newcomers_come_at_once_no_more_are_there_than_may_be()
    {
        await using var storage = await NewAsync();
        await storage.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Documents with { MaxClients = 3 });

        await RaceAsync(storage, i => AddDocumentAsync(storage, $"new-{i}", Now.AddSeconds(i)));

        Assert.Equal(3, (await storage.Get<Clients>().ListAsync(null, 50)).Count);
        Assert.Equal(3, (await storage.Get<RegistrationPolicies>().FindAsync(RegistrationPolicy.DocumentsId))!.ClientCount);
    }

    [Fact]
    public async Task An_address_that_was_denied_stays_away_until_that_is_lifted()
    {
        await using var storage = await NewAsync();
        var (clients, registrations) = (storage.Get<Clients>(), storage.Get<Registrations>());
        await storage.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Documents);
        await AddDocumentAsync(storage, "bad", Now);

        Assert.True(await clients.DenyAsync(Address("bad"), Now));
        Assert.False(await clients.DenyAsync(Address("bad"), Now.AddDays(1)));
        Assert.Equal(RegistrationOutcome.Denied, await AddDocumentAsync(storage, "bad", Now));
        Assert.Null(await clients.FindAsync(Address("bad")));
        Assert.Equal(0, (await storage.Get<RegistrationPolicies>().FindAsync(RegistrationPolicy.DocumentsId))!.ClientCount);
        Assert.Equal([new DeniedClient(Address("bad"), Given.Kept(Now))], await registrations.ListDeniedAsync(null, 10));

        Assert.True(await registrations.AllowAsync(Address("bad")));
        Assert.False(await registrations.AllowAsync(Address("bad")));
        Assert.Equal(RegistrationOutcome.Registered, await AddDocumentAsync(storage, "bad", Now));
    }

    [Fact]
    public async Task No_document_that_is_read_meanwhile_outruns_a_denial()
    {
        await using var storage = await NewAsync();
        await storage.Get<RegistrationPolicies>().PutAsync(RegistrationPolicy.Documents);
        for (var round = 0; round < 10; round++)
        {
            var name = $"bad-{round}";
            await AddDocumentAsync(storage, name, Now);
            await RaceAsync(storage, async i => i == 0 ? await storage.Get<Clients>().DenyAsync(Address(name), Now) : await AddDocumentAsync(storage, name, Now) == RegistrationOutcome.Registered, runners: 4);
            Assert.Null(await storage.Get<Clients>().FindAsync(Address(name)));
        }
    }

    private static string Address(string name) => $"https://{name}.example/client.json";

    private static Task<RegistrationOutcome> AddDocumentAsync(TestStorage storage, string name, DateTimeOffset now) => storage.Get<Registrations>().AddAsync(
        Given.Client(Address(name)) with { RegisteredBy = RegistrationPolicy.DocumentsId, DocumentFreshUntil = now.AddHours(1) }, tokenHash: null, now);

    [Fact]
    public async Task The_unused_go_in_batches_and_use_is_noted_once_a_day()
    {
        await using var storage = await NewAsync();
        var registrations = storage.Get<Registrations>();
        var policy = Policy(most: 500);
        await storage.Get<RegistrationPolicies>().AddAsync(policy, Hash(1));
        var many = Registrations.Batch + 5;
        for (var i = 0; i < many; i++)
            await registrations.AddAsync(Given.Client($"agent-{i}") with { RegisteredBy = policy.PolicyId }, Hash(i), Now);
        await storage.Get<Clients>().AddAsync(Given.Client("an-operators"));

        await registrations.NoteUseAsync(["agent-0", "an-operators"], Now.AddHours(23));
        await registrations.NoteUseAsync(["agent-1", "agent-2"], Now.AddDays(2));
        await registrations.NoteUseAsync(["agent-1"], Now.AddDays(2.5));

        Assert.Empty(await registrations.RemoveUnusedAsync(Now, Now.AddDays(30)));
        Assert.Equal(Registrations.Batch, (await registrations.RemoveUnusedAsync(Now.AddDays(1), Now.AddDays(30))).Count);
        Assert.Equal(3, (await registrations.RemoveUnusedAsync(Now.AddDays(1), Now.AddDays(30))).Count);
        Assert.Equal(2, (await registrations.RemoveUnusedAsync(Now.AddDays(2.1), Now.AddDays(30))).Count);
        Assert.Equal(["an-operators"], (await storage.Get<Clients>().ListAsync(null, 500)).Select(c => c.ClientId));
        Assert.Equal(0, (await storage.Get<RegistrationPolicies>().FindAsync(policy.PolicyId))!.ClientCount);
    }
}
