using IdentityProvider.Protocol.Clients;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Server.Tests.Storage;

public sealed class BatchTests
{
    [Fact]
    public async Task Who_comes_while_one_is_under_way_goes_with_the_next()
    {
        var taken = new List<IReadOnlyList<int>>();
        var (begun, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var batch = new Batch<int, int>(async items =>
        {
            taken.Add(items);
            begun.TrySetResult();
            await mayGoOn.Task;
            return [.. items.Select(item => item * 10)];
        });

        var first = batch.AskAsync(0);
        await begun.Task;
        var others = Enumerable.Range(1, Batch<int, int>.Most + 1).Select(i => batch.AskAsync(i)).ToList();
        mayGoOn.SetResult();

        Assert.Equal(0, await first);
        var answers = await Task.WhenAll(others);
        Assert.Equal(Enumerable.Range(1, Batch<int, int>.Most + 1).Select(i => i * 10), answers);
        Assert.Equal([1, Batch<int, int>.Most, 1], taken.Select(items => items.Count));
    }

    [Fact]
    public async Task What_fails_fails_for_those_who_asked_and_the_next_are_answered()
    {
        var batch = new Batch<int, int>(items => items.Contains(13) ? throw new InvalidOperationException("13") : Task.FromResult<IReadOnlyList<int>>(items));

        await Assert.ThrowsAsync<InvalidOperationException>(() => batch.AskAsync(13));
        Assert.Equal(14, await batch.AskAsync(14));
    }

    [Fact]
    public async Task Who_leaves_leaves_the_others_alone()
    {
        var (begun, mayGoOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var batch = new Batch<int, int>(async items =>
        {
            begun.TrySetResult();
            await mayGoOn.Task;
            return items;
        });
        using var leaving = new CancellationTokenSource();

        var first = batch.AskAsync(1);
        await begun.Task;
        var (left, stayed) = (batch.AskAsync(2, leaving.Token), batch.AskAsync(3));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        mayGoOn.SetResult();
        Assert.Equal((1, 3), (await first, await stayed));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_fails_who_asks_for_it_and_nobody_else()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await TestServer.StartAsync();
        var clients = server.Get<Clients>();
        foreach (var id in new[] { "sound", "broken" })
            Assert.True(await clients.AddAsync(new Client { ClientId = id, ClientName = id }, cancellation));
        await using (var db = await server.Get<IDbContextFactory<IdpDb>>().CreateDbContextAsync(cancellation))
            Assert.Equal(1, await db.Clients.Where(c => c.ClientId == "broken").ExecuteUpdateAsync(set => set.SetProperty(c => c.Document, "[]"), cancellation));

        var broken = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => clients.FindAsync("broken", cancellation)));
        var sound = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => clients.FindAsync("sound", cancellation)));

        Assert.All(sound, client => Assert.Equal("sound", client?.ClientName));
        await Assert.ThrowsAnyAsync<Exception>(() => broken);
    }
}
