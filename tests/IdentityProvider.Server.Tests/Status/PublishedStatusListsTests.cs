using System.Text.Json;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Status;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>A node that has trouble: what it could not sign, could not read or could not say in one event.</summary>
public sealed class PublishedStatusListsTests : IAsyncLifetime
{
    private readonly TestClock _machine = new();
    private SignedIn _signedIn = null!;
    private KeyRing _keys = null!;
    private PublishedStatusLists _node = null!;

    private TestServer Server => _signedIn.Server;

    public async ValueTask InitializeAsync()
    {
        _signedIn = await SignedIn.StartAsync();
        _keys = new KeyRing(Server.Get<SigningKeys>(), Server.Get<MasterKey>(), Server.Get<KeySchedule>(), Server.Clock, Server.Get<AuditTrail>(), NullLogger<KeyRing>.Instance)
        {
            Machine = _machine,
        };
        _node = new PublishedStatusLists(
            Server.Get<StatusLists>(), Server.Get<StatusIndexes>(), new StatusEvents(), _keys, Server.Get<Settings>(), Server.Clock)
        {
            Machine = _machine,
        };
        await _keys.ReloadAsync(SignedIn.Cancellation);
        await _node.FollowAsync(SignedIn.Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        _keys.Dispose();
        await _signedIn.DisposeAsync();
    }

    [Fact]
    public async Task A_change_that_could_not_be_signed_does_not_stand_in_the_way_of_all_that_follow()
    {
        var list = await RevokedAsync();
        _machine.Advance(Server.Get<KeySchedule>().MaxSigningSilence + TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<KeyException>(() => _node.FollowAsync(SignedIn.Cancellation));

        await _keys.ReloadAsync(SignedIn.Cancellation);
        await _node.FollowAsync(SignedIn.Cancellation);
        var before = await VersionAsync(list);
        await RevokedAsync();
        await _node.FollowAsync(SignedIn.Cancellation);

        Assert.True(before > 0);
        Assert.True(await VersionAsync(list) > before);
    }

    [Fact]
    public async Task A_node_that_cannot_read_the_database_does_not_date_what_it_knows_by_the_present()
    {
        var list = await RevokedAsync();
        await _node.FollowAsync(SignedIn.Cancellation);
        var read = Server.Clock.GetUtcNow();

        Server.Clock.Advance(TimeSpan.FromSeconds(29));
        _machine.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(read.ToUnixTimeSeconds() + 29, (await ClaimsAsync(list)).GetProperty("iat").GetInt64());
        Server.Clock.Advance(TimeSpan.FromSeconds(2));
        _machine.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(read.ToUnixTimeSeconds(), (await ClaimsAsync(list)).GetProperty("iat").GetInt64());

        await _node.HeartbeatAsync(SignedIn.Cancellation);
        Assert.Equal(read.ToUnixTimeSeconds() + 31, (await ClaimsAsync(list)).GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task A_heartbeat_confirms_nothing_that_was_not_read_for_it()
    {
        var list = await RevokedAsync();

        await _node.HeartbeatAsync(SignedIn.Cancellation);

        Assert.True(await VersionAsync(list) > 0);
    }

    [Fact]
    public async Task A_change_too_large_for_an_event_is_told_by_a_heartbeat()
    {
        var list = await RevokedAsync();
        await using var listener = await EventReader.ConnectAsync(Server);
        await listener.NextAsync("heartbeat");

        await ClusterFolder.ExecuteAsync(
            Server.ConnectionString,
            $"""
            WITH bumped AS (UPDATE "Topics" SET "Version" = "Version" + 1 WHERE "Name" = 'status' RETURNING "Version")
            INSERT INTO "StatusChanges" ("Sequence", "ListId", "First", "Count", "Value") SELECT "Version", {list}, i * 2, 1, 1 FROM bumped, generate_series(1, 20000) AS i
            """);

        var uri = StatusReference.UriOf(TestServer.Issuer, list);
        var told = (await StatusReader.ListAsync(Server, list)).Version;
        await Eventually.TrueAsync(
            async () =>
            {
                told = (await StatusReader.ListAsync(Server, list)).Version;
                return (await StatusReader.ListAsync(Server, list)).Bits[10000] != 0;
            },
            "the list has it");
        while (true)
        {
            var next = await listener.NextRawAsync();
            if (next.TryGetProperty("changes", out var changes))
                Assert.True(changes.GetArrayLength() <= 1000);
            if (next.TryGetProperty("lists", out var lists) && lists.TryGetProperty(uri, out var version) && version.GetInt64() == told)
                return;
        }
    }

    [Fact]
    public async Task A_block_that_was_leased_ahead_is_not_used_once_it_was_set_as_a_whole()
    {
        var indexes = Server.Get<StatusIndexes>();
        var owner = StatusBlockOwner.Client(SignedIn.Machine.ClientId);
        var first = await indexes.TakeAsync(owner, "kid", SignedIn.Cancellation);
        for (var i = 0; i < 200; i++)
            await indexes.TakeAsync(owner, "kid", SignedIn.Cancellation);
        await Eventually.TrueAsync(async () => await BlocksOfMachineAsync() == 2, "the next block is leased");

        await Server.Get<Clients>().RevokeTokensAsync(SignedIn.Machine.ClientId, Server.Clock.GetUtcNow(), SignedIn.Cancellation);
        await Eventually.TrueAsync(async () => await ValueAsync(first) == StatusValue.Invalid, "the tokens that are out are dead");

        Assert.Equal(StatusValue.Valid, await ValueAsync(await indexes.TakeAsync(owner, "kid", SignedIn.Cancellation)));
    }

    // The number of the list in which a token was just revoked.
    private async Task<int> RevokedAsync()
    {
        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", token));
        return StatusReader.ReferenceOf(token).List;
    }

    private async Task<long> VersionAsync(int list) => (await ClaimsAsync(list)).GetProperty("ver").GetInt64();

    private async Task<JsonElement> ClaimsAsync(int list)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = HttpMethods.Get;
        var body = new MemoryStream();
        http.Response.Body = body;
        var document = await _node.FindAsync(list, SignedIn.Cancellation);
        await document!.WriteAsync(http);
        return StatusReader.Claims(System.Text.Encoding.ASCII.GetString(body.ToArray()));
    }

    private async Task<StatusValue> ValueAsync(StatusReference reference)
    {
        var (bits, _) = await StatusReader.ListAsync(Server, reference.List);
        return (StatusValue)((bits[reference.Index / 4] >> (reference.Index % 4 * 2)) & 3);
    }

    private async Task<int> BlocksOfMachineAsync()
    {
        await using var database = new Npgsql.NpgsqlConnection(Server.ConnectionString);
        await database.OpenAsync(SignedIn.Cancellation);
        await using var count = new Npgsql.NpgsqlCommand("""SELECT count(*) FROM "StatusBlocks" WHERE "ClientId" = 'machine' """, database);
        return (int)(long)(await count.ExecuteScalarAsync(SignedIn.Cancellation))!;
    }
}
