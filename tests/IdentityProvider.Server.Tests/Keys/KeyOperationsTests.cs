using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Keys;

/// <summary>What an operator does: list, rotate, revoke.</summary>
public sealed class KeyOperationsTests
{
    private readonly TestClock _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_scheduled_rotation_announces_a_key_that_signs_after_the_lead_and_only_once()
    {
        await using var node = await StartAsync();
        var old = Signer(node);

        var coming = Assert.Single(await node.Operations.RotateAsync(atOnce: false, Cancellation));
        var again = Assert.Single(await node.Operations.RotateAsync(atOnce: false, Cancellation));

        Assert.Equal(coming, again);
        Assert.Equal(KeyState.Announced, coming.State);
        Assert.Equal(old, Signer(node));
        _clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromSeconds(1));
        Assert.Equal(coming.Kid, Signer(node));
        Assert.Contains(node.Ring.Published.Keys, key => key.Kid == old);
    }

    [Fact]
    public async Task An_urgent_rotation_signs_at_once_and_the_old_key_verifies_on()
    {
        await using var node = await StartAsync();
        var old = Signer(node);

        var made = Assert.Single(await node.Operations.RotateAsync(atOnce: true, Cancellation));

        Assert.Equal(KeyState.Active, made.State);
        Assert.Equal(made.Kid, Signer(node));
        Assert.Equal(KeyState.Retired, (await node.Operations.ListAsync(Cancellation)).Single(key => key.Kid == old).State);
        Assert.Contains(node.Ring.Published.Keys, key => key.Kid == old);
    }

    [Fact]
    public async Task Every_ring_that_there_is_rotates_and_no_other()
    {
        await using var node = await StartAsync();
        await node.Ring.BeginAsync(SignatureAlgorithm.ES256, Cancellation);

        var made = await node.Operations.RotateAsync(atOnce: true, Cancellation);

        Assert.Equal(["RS256", "ES256"], made.Select(key => key.Algorithm));
        Assert.All(made, key => Assert.Equal(2, key.Generation));
    }

    [Fact]
    public async Task The_key_that_signs_is_revoked_a_new_one_signs_at_once_and_what_the_old_signed_is_dead()
    {
        await using var node = await StartAsync();
        var old = Signer(node);
        var token = Jws.Sign(node.Ring.Active(SignatureAlgorithm.RS256), "at+jwt", "{}"u8);

        Assert.Equal(KeyRevocation.Revoked, await node.Operations.RevokeAsync(old, Cancellation));

        Assert.NotEqual(old, Signer(node));
        Assert.Equal([Signer(node)], node.Ring.Published.Keys.Select(key => key.Kid));
        Assert.Equal(JoseRefusal.KeyUnknown, Jws.Verify(token, node.Ring.Published, "at+jwt").Refused!.Reason);
        Assert.Equal(KeyState.Revoked, (await node.Operations.ListAsync(Cancellation)).Single(key => key.Kid == old).State);
    }

    [Fact]
    public async Task Where_a_successor_is_announced_it_signs_at_once_since_caches_have_it()
    {
        await using var node = await StartAsync();
        var coming = Assert.Single(await node.Operations.RotateAsync(atOnce: false, Cancellation));

        await node.Operations.RevokeAsync(Signer(node), Cancellation);

        Assert.Equal(coming.Kid, Signer(node));
        Assert.Equal(2, (await node.Rows.ListAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Revoking_a_retired_or_an_announced_key_changes_nothing_about_who_signs()
    {
        await using var node = await StartAsync();
        var retired = Signer(node);
        await node.Operations.RotateAsync(atOnce: true, Cancellation);
        var announced = Assert.Single(await node.Operations.RotateAsync(atOnce: false, Cancellation)).Kid;
        var signer = Signer(node);

        await node.Operations.RevokeAsync(retired, Cancellation);
        await node.Operations.RevokeAsync(announced, Cancellation);

        Assert.Equal(signer, Signer(node));
        Assert.Equal([signer], node.Ring.Published.Keys.Select(key => key.Kid));
        _clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(signer, Signer(node));
    }

    [Fact]
    public async Task Operators_who_revoke_the_same_key_at_once_leave_one_new_key()
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);
        var old = Signer(one);

        var ended = await Task.WhenAll(
            Task.Run(() => one.Operations.RevokeAsync(old, Cancellation), Cancellation), Task.Run(() => two.Operations.RevokeAsync(old, Cancellation), Cancellation));

        Assert.Equal([KeyRevocation.Revoked, KeyRevocation.AlreadyRevoked], ended.Order());
        Assert.Equal(2, (await one.Rows.ListAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task A_key_that_is_not_there_or_was_revoked_is_said_to_be()
    {
        await using var node = await StartAsync();
        var kid = Signer(node);
        await node.Operations.RevokeAsync(kid, Cancellation);

        Assert.Equal(KeyRevocation.AlreadyRevoked, await node.Operations.RevokeAsync(kid, Cancellation));
        Assert.Equal(KeyRevocation.Unknown, await node.Operations.RevokeAsync("nothing", Cancellation));
    }

    [Fact]
    public async Task A_key_that_nobody_can_read_any_more_can_be_listed_and_given_up()
    {
        var database = await KeyNode.NewDatabaseAsync();
        string lost;
        await using (var before = await StartAsync(database))
            lost = Signer(before);
        await ClusterFolder.ExecuteAsync(database, """UPDATE "SigningKeys" SET "EncryptedPrivateKey" = ''""");

        await using var node = KeyNode.On(database, _clock);
        Assert.Equal(lost, Assert.Single(await node.Operations.ListAsync(Cancellation)).Kid);
        Assert.Equal(KeyRevocation.Revoked, await node.Operations.RevokeAsync(lost, Cancellation));
        Assert.NotEqual(lost, Signer(node));
    }

    [Fact]
    public async Task A_wrong_master_key_revokes_nothing_but_what_it_gives_up()
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var node = await StartAsync(database);
        var retired = Signer(node);
        await node.Operations.RotateAsync(atOnce: true, Cancellation);
        await using var wrong = KeyNode.On(database, _clock, new byte[MasterKey.Length]);

        await Assert.ThrowsAsync<KeyException>(() => wrong.Operations.RevokeAsync(retired, Cancellation));
        Assert.All(await node.Rows.ListAsync(Cancellation), row => Assert.Null(row.RevokedAt));
    }

    [Fact]
    public async Task Running_servers_follow_a_command_without_being_asked()
    {
        await using var server = await TestServer.StartAsync();
        await using var command = KeyNode.On(server.ConnectionString, server.Clock);
        var old = server.Get<KeyRing>().Active(SignatureAlgorithm.RS256).Kid;
        await command.Operations.RevokeAsync(old, Cancellation);

        await server.Get<Background.TopicWatch>().LookAsync(Cancellation);

        var jwks = await server.Http.GetStringAsync("/.well-known/jwks.json", Cancellation);
        Assert.DoesNotContain(old, jwks, StringComparison.Ordinal);
        Assert.Contains(Signer(command), jwks, StringComparison.Ordinal);
        Assert.Equal(Signer(command), server.Get<KeyRing>().Active(SignatureAlgorithm.RS256).Kid);
    }

    private static string Signer(KeyNode node) => node.Ring.Active(SignatureAlgorithm.RS256).Kid;

    private async Task<KeyNode> StartAsync(string? database = null)
    {
        var node = KeyNode.On(database ?? await KeyNode.NewDatabaseAsync(), _clock);
        await node.Ring.RenewAsync(Cancellation);
        return node;
    }
}
