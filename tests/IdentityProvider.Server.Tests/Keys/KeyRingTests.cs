using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;

namespace IdentityProvider.Server.Tests.Keys;

/// <summary>The ring on real PostgreSQL: who makes a key, who signs, and what happens when a key can't be read.</summary>
public sealed class KeyRingTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TestClock _clock = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_make_one_key()
    {
        var database = await KeyNode.NewDatabaseAsync();
        var nodes = Enumerable.Range(0, 5).Select(_ => KeyNode.On(database, _clock)).ToList();
        await Task.WhenAll(nodes.Select(node => Task.Run(() => node.Ring.RenewAsync(Cancellation), Cancellation)));

        var key = Assert.Single(await nodes[0].Rows.ListAsync(Cancellation));
        Assert.All(nodes, node => Assert.Equal(key.Kid, node.Ring.Active(SignatureAlgorithm.RS256).Kid));
        foreach (var node in nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Every_node_switches_to_the_announced_key_at_its_moment_without_a_word()
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var one = KeyNode.On(database, _clock);
        await using var two = KeyNode.On(database, _clock);
        await one.Ring.RenewAsync(Cancellation);
        var first = one.Ring.Active(SignatureAlgorithm.RS256).Kid;

        _clock.Advance(28 * Day);
        await one.Ring.RenewAsync(Cancellation);
        await two.Ring.RenewAsync(Cancellation);
        var second = (await one.Rows.ListAsync(Cancellation)).Single(row => row.Generation == 2);
        Assert.Equal([first, second.Kid], two.Ring.Published.Keys.Select(key => key.Kid));

        _clock.Advance(second.ActiveAt - _clock.GetUtcNow() - Second);
        Assert.All([one, two], node => Assert.Equal(first, node.Ring.Active(SignatureAlgorithm.RS256).Kid));
        _clock.Advance(Second);
        Assert.All([one, two], node => Assert.Equal(second.Kid, node.Ring.Active(SignatureAlgorithm.RS256).Kid));
        Assert.Equal([second.Kid, first], two.Ring.Published.Keys.Select(key => key.Kid));

        _clock.Advance(8 * Day);
        Assert.Equal([second.Kid], two.Ring.Published.Keys.Select(key => key.Kid));
    }

    [Fact]
    public async Task A_key_that_is_long_gone_is_deleted_with_its_private_part()
    {
        await using var node = KeyNode.On(await KeyNode.NewDatabaseAsync(), _clock);
        for (var month = 0; month < 12; month++)
        {
            await node.Ring.RenewAsync(Cancellation);
            _clock.Advance(30 * Day);
        }

        await node.Ring.RenewAsync(Cancellation);
        var rows = await node.Rows.ListAsync(Cancellation);
        Assert.InRange(rows.Count, 2, 4);
        Assert.Contains(rows, row => row.Kid == node.Ring.Active(SignatureAlgorithm.RS256).Kid);
    }

    [Fact]
    public async Task A_token_signed_before_the_switch_verifies_after_it()
    {
        await using var node = KeyNode.On(await KeyNode.NewDatabaseAsync(), _clock);
        await node.Ring.RenewAsync(Cancellation);
        var token = Jws.Sign(node.Ring.Active(SignatureAlgorithm.RS256), "at+jwt", "{}"u8);
        await node.Operations.RotateAsync(atOnce: true, Cancellation);

        Assert.NotNull(Jws.Verify(token, node.Ring.Published, "at+jwt").ValueOrNull);
    }

    [Fact]
    public async Task An_algorithm_has_a_ring_from_its_first_use_on_and_one_key_however_many_ask()
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var one = KeyNode.On(database, _clock);
        await using var two = KeyNode.On(database, _clock);
        await one.Ring.RenewAsync(Cancellation);
        await two.Ring.RenewAsync(Cancellation);
        Assert.Throws<KeyException>(() => one.Ring.Active(SignatureAlgorithm.ES256));

        var asked = Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? one : two).Ring);
        var keys = await Task.WhenAll(asked.Select(ring => Task.Run(async () => await ring.ActiveAsync(SignatureAlgorithm.ES256, Cancellation), Cancellation)));

        Assert.Single(keys.Select(key => key.Kid).Distinct());
        Assert.Equal("ES256", keys[0].Algorithm.Name);
        Assert.Equal(2, (await one.Rows.ListAsync(Cancellation)).Count);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task A_key_signs_as_before_after_a_restart(string name)
    {
        Assert.True(SignatureAlgorithm.TryParse(name, out var algorithm));
        var database = await KeyNode.NewDatabaseAsync();
        string token;
        await using (var before = KeyNode.On(database, _clock))
        {
            await before.Ring.RenewAsync(Cancellation);
            token = Jws.Sign(await before.Ring.ActiveAsync(algorithm, Cancellation), "at+jwt", "{}"u8);
        }

        await using var after = KeyNode.On(database, _clock);
        await after.Ring.RenewAsync(Cancellation);
        Assert.Equal(algorithm, Jws.Verify(token, after.Ring.Published, "at+jwt").ValueOrNull!.Header.Algorithm);
        Assert.Equal(Jws.Verify(token, after.Ring.Published, "at+jwt").ValueOrNull!.Header.Kid, after.Ring.Active(algorithm).Kid);
    }

    [Fact]
    public async Task Another_master_key_is_an_error_that_names_the_key_and_never_makes_one()
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var right = KeyNode.On(database, _clock);
        await right.Ring.RenewAsync(Cancellation);
        var kid = right.Ring.Active(SignatureAlgorithm.RS256).Kid;
        await using var wrong = KeyNode.On(database, _clock, new byte[MasterKey.Length]);
        _clock.Advance(40 * Day);

        await RefusesAsync(kid, () => wrong.Ring.RenewAsync(Cancellation));
        await RefusesAsync(kid, () => wrong.Ring.BeginAsync(SignatureAlgorithm.ES256, Cancellation));
        await RefusesAsync(kid, () => wrong.Operations.RotateAsync(atOnce: true, Cancellation));
        Assert.Single(await right.Rows.ListAsync(Cancellation));
    }

    [Theory]
    [InlineData("""UPDATE "SigningKeys" SET "EncryptedPrivateKey" = set_byte("EncryptedPrivateKey", 40, get_byte("EncryptedPrivateKey", 40) # 1)""")]
    [InlineData("""UPDATE "SigningKeys" SET "EncryptedPrivateKey" = ''""")]
    [InlineData("""UPDATE "SigningKeys" SET "Algorithm" = 'PS256'""")]
    [InlineData("""UPDATE "SigningKeys" SET "Kid" = 'another'""")]
    [InlineData("""UPDATE "SigningKeys" SET "PublicJwk" = '{"kty":"EC"}'""")]
    public async Task A_row_that_was_changed_is_an_error_that_names_the_key_and_never_makes_one(string tamper)
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var node = KeyNode.On(database, _clock);
        await node.Ring.RenewAsync(Cancellation);
        var kid = node.Ring.Active(SignatureAlgorithm.RS256).Kid;
        await ClusterFolder.ExecuteAsync(database, tamper);
        var row = Assert.Single(await node.Rows.ListAsync(Cancellation));

        await RefusesAsync(row.Kid, () => node.Ring.RenewAsync(Cancellation));
        await using var restarted = KeyNode.On(database, _clock);
        await RefusesAsync(row.Kid, () => restarted.Ring.RenewAsync(Cancellation));

        Assert.Single(await node.Rows.ListAsync(Cancellation));
        Assert.Equal(kid, node.Ring.Active(SignatureAlgorithm.RS256).Kid);
    }

    [Fact]
    public async Task A_key_that_someone_else_put_into_the_database_is_never_published()
    {
        var database = await KeyNode.NewDatabaseAsync();
        await using var node = KeyNode.On(database, _clock);
        await using var intruder = KeyNode.On(database, _clock, Encoding.ASCII.GetBytes("the intruder's own 32-byte key!!"));
        await node.Ring.RenewAsync(Cancellation);
        var plan = NextKey.AtOnce(Ring.Of(SignatureAlgorithm.ES256, []), KeySetup.Schedule(TestServer.SettingsFor(database)), _clock.GetUtcNow());
        var theirs = await intruder.Ring.GenerateAsync(SignatureAlgorithm.ES256, plan, Cancellation);
        Assert.True(await intruder.Rows.AddAsync(theirs, cancellation: Cancellation));

        await RefusesAsync(theirs.Kid, () => node.Ring.ReloadAsync(Cancellation));
        Assert.Equal(["RS256"], node.Ring.Published.Keys.Select(key => key.Algorithm.Name));
    }

    [Fact]
    public async Task A_server_with_another_master_key_does_not_start()
    {
        await using var server = await TestServer.StartAsync();
        using var folder = new TemporaryFolder();

        var e = await Assert.ThrowsAsync<KeyException>(() => TestServer.StartAsync(
            beside: server, settings => settings with { Keys = settings.Keys with { MasterKeyFile = folder.File("master.key") } }));
        Assert.Contains(server.Get<KeyRing>().Active(SignatureAlgorithm.RS256).Kid, e.Message, StringComparison.Ordinal);
    }

    private static async Task RefusesAsync(string kid, Func<Task> act)
    {
        var e = await Assert.ThrowsAsync<KeyException>(act);
        Assert.Contains(kid, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
