using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>Orders of events that a race seldom hits, forced by a lock that the test holds.</summary>
public sealed class PostgresInterleavingTests
{
    private static readonly DateTimeOffset Now = Given.Kept(Given.Now);

    [Fact]
    public async Task A_redemption_that_waited_for_its_sessions_end_loses()
    {
        await using var storage = await Postgres.NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Given.Bytes(1, 1));
        await storage.Codes.AddAsync(Given.Bytes(1, 2), Given.Code(session));
        await using var other = await Other.BeginAsync(storage, """UPDATE "Sessions" SET "EndedAt" = now()""");

        var redeeming = storage.Codes.RedeemAsync(Given.Bytes(1, 2), Given.Family(session), null, Now);
        await other.WhenBlockedAsync(1);
        await other.CommitAsync();

        Assert.False(await redeeming);
        Assert.Null((await storage.Codes.FindAsync(Given.Bytes(1, 2)))!.RedeemedAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sign_in_that_waited_for_a_new_password_loses(bool isThere)
    {
        await using var storage = await Postgres.NewAsync();
        var session = Given.Session();
        await storage.AskAsync(db =>
        {
            db.Users.Add(new User { Id = session.UserId, UserName = "alice", NormalizedUserName = "ALICE", SecurityStamp = "before", CreatedAt = Now });
            return db.SaveChangesAsync();
        });
        if (isThere)
            Assert.True(await storage.Sessions.BeginAsync(session, Given.Bytes(1, 1), "before"));
        await using var other = await Other.BeginAsync(storage, """UPDATE "Users" SET "SecurityStamp" = 'after'""");

        var beginning = isThere ? storage.Sessions.ReauthenticateAsync(session, Given.Bytes(1, 2), "before") : storage.Sessions.BeginAsync(session, Given.Bytes(1, 2), "before");
        await other.WhenBlockedAsync(1);
        await other.CommitAsync();

        Assert.False(await beginning);
        Assert.Null((await storage.Sessions.FindStandingAsync(Given.Bytes(1, 2)))?.Session);
    }

    [Fact]
    public async Task Of_32_redemptions_that_wait_for_one_row_one_wins()
    {
        await using var storage = await Postgres.NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Given.Bytes(1, 1));
        await storage.Codes.AddAsync(Given.Bytes(1, 2), Given.Code(session));
        await using var other = await Other.BeginAsync(storage, """SELECT 1 FROM "AuthorizationCodes" FOR UPDATE""");

        var redeeming = Enumerable.Range(0, 32).Select(_ => storage.Codes.RedeemAsync(Given.Bytes(1, 2), Given.Family(session), null, Now)).ToList();
        await other.WhenBlockedAsync(32);
        await other.CommitAsync();

        Assert.Single(await Task.WhenAll(redeeming), won => won);
        Assert.Equal(1, await storage.AskAsync(db => db.TokenFamilies.CountAsync()));
    }

    [Fact]
    public async Task A_redemption_that_read_the_roles_of_before_and_waited_for_their_change_loses()
    {
        await using var storage = await Postgres.NewAsync();
        var (session, family) = await RoleChangesContract.GivenAsync(storage);
        await storage.Codes.AddAsync(Given.Bytes(1, 2), Given.Code(session));
        await using var other = await Other.BeginAsync(storage, """UPDATE "Users" SET "RoleChanges" = "RoleChanges" + 1""");

        var redeeming = storage.Codes.RedeemAsync(Given.Bytes(1, 2), family, 0, Now);
        await other.WhenBlockedAsync(1);
        await other.CommitAsync();

        Assert.False(await redeeming);
        Assert.True(await storage.Codes.RedeemAsync(Given.Bytes(1, 2), family, 1, Now));
    }

    [Fact]
    public async Task A_redemption_whose_connection_breaks_is_done_again_and_wins()
    {
        await using var storage = await Postgres.NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Given.Bytes(1, 1));
        await storage.Codes.AddAsync(Given.Bytes(1, 2), Given.Code(session));
        await using var other = await Other.BeginAsync(storage, """SELECT 1 FROM "AuthorizationCodes" FOR UPDATE""");

        var redeeming = storage.Codes.RedeemAsync(Given.Bytes(1, 2), Given.Family(session), null, Now);
        await other.WhenBlockedAsync(1);
        await other.BreakTheBlockedAsync();
        await other.CommitAsync();

        Assert.True(await redeeming);
        Assert.Equal(1, await storage.AskAsync(db => db.TokenFamilies.CountAsync()));
    }

    [Fact]
    public async Task A_password_stays_what_it_was_where_what_it_gave_can_not_be_ended()
    {
        await using var storage = await Postgres.NewAsync();
        var (session, family) = await storage.SignInAsync();
        var user = new User { Id = session.UserId, UserName = "alice", NormalizedUserName = "ALICE", PasswordHash = "old", ConcurrencyStamp = "read" };
        await storage.AskAsync(db =>
        {
            db.Users.Add(user);
            return db.SaveChangesAsync();
        });
        user.PasswordHash = "new";
        var change = () => storage.Get<Users>().ChangeAndEndAsync(user, "stamp", kept: null, FamilyEnd.EndedByOperator, Now);

        await storage.AskAsync(db => db.Database.ExecuteSqlRawAsync("""ALTER TABLE "SessionClients" RENAME TO "Away" """));
        await Assert.ThrowsAsync<PostgresException>(change);
        Assert.Equal("old", await storage.AskAsync(db => db.Users.Select(u => u.PasswordHash).SingleAsync()));
        Assert.Null((await storage.Sessions.FindAsync(session.SessionId))!.EndedAt);

        await storage.AskAsync(db => db.Database.ExecuteSqlRawAsync("""ALTER TABLE "Away" RENAME TO "SessionClients" """));
        Assert.True(await change());
        Assert.Equal("new", await storage.AskAsync(db => db.Users.Select(u => u.PasswordHash).SingleAsync()));
        Assert.NotNull((await storage.Sessions.FindAsync(session.SessionId))!.EndedAt);
        Assert.NotNull((await storage.Families.FindAsync(family.FamilyId))!.EndedAt);

        // Who read it before is told that somebody was first.
        Assert.False(await change());
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, false)]
    public async Task A_rotation_whose_answer_was_lost_knows_its_own_work_and_nobody_elses(int secondsLater, bool own)
    {
        await using var storage = await Postgres.NewAsync();
        var (_, family) = await storage.SignInAsync();

        // As if the first attempt had been committed, or somebody else's, before its connection broke.
        await using var other = await Other.BeginAsync(
            storage, $"""UPDATE "TokenFamilies" SET "Generation" = 1, "RotatedAt" = '{Now.AddSeconds(secondsLater):O}'""");
        var rotating = storage.Families.RotateAsync(family with { Generation = 0 }, null, Now);
        await other.WhenBlockedAsync(1);
        await other.BreakTheBlockedAsync();
        await other.CommitAsync();

        Assert.Equal(own, await rotating);
    }

    [Fact]
    public async Task A_family_that_somebody_holds_holds_up_no_other()
    {
        await using var storage = await Postgres.NewAsync();
        var (session, held) = await storage.SignInAsync();
        var free = new List<TokenFamily>();
        for (var i = 0; i < 8; i++)
        {
            free.Add(Given.Family(session));
            await storage.Codes.AddAsync(Given.Bytes(2, (byte)i), Given.Code(session));
            Assert.True(await storage.Codes.RedeemAsync(Given.Bytes(2, (byte)i), free[i], null, Now));
        }

        await using var other = await Other.BeginAsync(storage, $"""SELECT 1 FROM "TokenFamilies" WHERE "FamilyId" = '{held.FamilyId}' FOR UPDATE""");
        var waiting = storage.Families.RotateAsync(held, null, Now);
        Assert.All(await Task.WhenAll(free.Select(family => storage.Families.RotateAsync(family, null, Now))), Assert.True);
        await other.WhenBlockedAsync(1);
        Assert.False(waiting.IsCompleted);
        await other.CommitAsync();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task A_code_that_somebody_holds_holds_up_no_other()
    {
        await using var storage = await Postgres.NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Given.Bytes(1, 1));
        for (var i = 0; i < 8; i++)
            await storage.Codes.AddAsync(Given.Bytes(2, (byte)i), Given.Code(session));
        await using var other = await Other.BeginAsync(storage, $"""SELECT 1 FROM "AuthorizationCodes" WHERE "CodeHash" = '\x{Convert.ToHexString(Given.Bytes(2, 0))}' FOR UPDATE""");

        var redeeming = Enumerable.Range(0, 8).Select(i => storage.Codes.RedeemAsync(Given.Bytes(2, (byte)i), Given.Family(session), null, Now)).ToList();
        Assert.All(await Task.WhenAll(redeeming.Skip(1)), Assert.True);
        await other.WhenBlockedAsync(1);
        await other.CommitAsync();
        Assert.True(await redeeming[0]);
    }

    [Fact]
    public async Task What_the_database_refuses_of_one_refuses_no_other()
    {
        await using var storage = await Postgres.NewAsync();
        var session = Given.Session();
        await storage.Sessions.AddAsync(session, Given.Bytes(1, 1));
        for (var i = 0; i < 8; i++)
            await storage.Codes.AddAsync(Given.Bytes(2, (byte)i), Given.Code(session));

        var redeeming = Enumerable.Range(0, 8)
            .Select(i => storage.Codes.RedeemAsync(Given.Bytes(2, (byte)i), Given.Family(session) with { ClientId = i == 3 ? new string('x', 5000) : "web" }, null, Now)).ToList();
        await Assert.ThrowsAnyAsync<Exception>(() => redeeming[3]);
        redeeming.RemoveAt(3);
        Assert.All(await Task.WhenAll(redeeming), Assert.True);
    }

    [Fact]
    public async Task A_refresh_that_read_the_roles_of_before_and_waited_for_their_change_loses()
    {
        await using var storage = await Postgres.NewAsync();
        var family = (await storage.Families.FindAsync((await storage.SignInAsync()).Family.FamilyId))!;
        await using var other = await Other.BeginAsync(storage, """UPDATE "TokenFamilies" SET "RoleChanges" = "RoleChanges" + 1""");

        var rotating = storage.Families.RotateAsync(family, new(new StatusReference(7, 42), Now.AddMinutes(15)), Now);
        await other.WhenBlockedAsync(1);
        await other.CommitAsync();

        Assert.False(await rotating);
        var found = (await storage.Families.FindAsync(family.FamilyId))!;
        Assert.Equal((family.Generation, 0), (found.Generation, found.Statuses.Count));
        Assert.True(await storage.Families.RotateAsync(found, null, Now));
    }

    [Fact]
    public async Task A_change_of_roles_that_waited_for_a_refresh_marks_its_token()
    {
        await using var storage = await Postgres.NewAsync();
        var (session, _) = await storage.SignInAsync();
        await using var other = await Other.BeginAsync(storage, """UPDATE "TokenFamilies" SET "Generation" = 1, "Statuses" = '7.42.4102444800'""");

        var marking = storage.Families.MarkStaleAsync(session.UserId, Now);
        await other.WhenBlockedAsync(1);
        await other.CommitAsync();
        await marking;

        var marked = await storage.AskAsync(db => db.StatusChanges.AsNoTracking().SingleAsync());
        Assert.Equal((7, 42, 1, StatusValue.Stale), (marked.ListId, marked.First, marked.Count, marked.Value));
    }

    [Fact]
    public async Task A_refresh_that_waited_for_its_sessions_end_loses()
    {
        await using var storage = await Postgres.NewAsync();
        var (session, family) = await storage.SignInAsync();
        await using var other = await Other.BeginAsync(storage, """SELECT 1 FROM "TokenFamilies" FOR UPDATE""");

        var ending = storage.Sessions.EndAsync(session.SessionId, Now);
        await other.WhenBlockedAsync(1);
        var rotating = storage.Families.RotateAsync(family with { Generation = 0 }, null, Now);
        await other.WhenBlockedAsync(2);
        await other.CommitAsync();

        Assert.True(await ending);
        var won = await rotating;
        var found = await storage.Families.FindAsync(family.FamilyId);
        Assert.Equal(won ? 1 : 0, found!.Generation);
        Assert.Equal(FamilyEnd.SessionEnded, found.EndReason);
    }

    /// <summary>Another connection's transaction, which holds what its first statement locked, and one more connection that looks on.</summary>
    private sealed class Other : IAsyncDisposable
    {
        private readonly NpgsqlConnection _holding;
        private readonly NpgsqlConnection _looking;
        private NpgsqlTransaction? _transaction;

        private Other(string connectionString) => (_holding, _looking) = (new NpgsqlConnection(connectionString), new NpgsqlConnection(connectionString));

        public static async Task<Other> BeginAsync(TestStorage storage, string statement)
        {
            var other = new Other(storage.ConnectionString);
            await other._looking.OpenAsync();
            await other._holding.OpenAsync();
            other._transaction = await other._holding.BeginTransactionAsync();
            await RunAsync(other._holding, statement);
            return other;
        }

        /// <summary>Returns when so many connections wait for a lock. The database is asked again and again; there is nothing to be told by.</summary>
        public async Task WhenBlockedAsync(int count)
        {
            long waiting;
            do
                waiting = (long)(await RunAsync(_looking, $"SELECT count(*) {Blocked}"))!;
            while (waiting < count);
        }

        /// <summary>Breaks the connections that wait, and returns when the retry waits in their place.</summary>
        public async Task BreakTheBlockedAsync()
        {
            await RunAsync(_looking, $"SELECT count(pg_terminate_backend(pid, 10000)) {Blocked}");
            await WhenBlockedAsync(1);
        }

        public Task CommitAsync() => _transaction!.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            if (_transaction is not null)
                await _transaction.DisposeAsync();
            await _holding.DisposeAsync();
            await _looking.DisposeAsync();
        }

        private const string Blocked = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";

        private static async Task<object?> RunAsync(NpgsqlConnection connection, string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            return await command.ExecuteScalarAsync();
        }
    }
}
