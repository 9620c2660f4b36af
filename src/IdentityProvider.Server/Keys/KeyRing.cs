using System.Collections.Frozen;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Telemetry;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Keys;

/// <summary>
/// The signing keys in memory (DESIGN.md §5). A request reads an immutable <see cref="KeyMoment"/> and compares its clock with the moment's
/// end: no lock, no database, and every node switches at the same instant. <see cref="Background.KeyRotation"/> keeps it fresh.
/// </summary>
public sealed class KeyRing(SigningKeys rows, MasterKey masterKey, KeySchedule schedule, TimeProvider clock, AuditTrail audit, ILogger<KeyRing> logger) : IDisposable
{
    /// <summary>Two nodes that make the same key agree after one more look; more than that is a bug.</summary>
    private const int MostAttempts = 5;

    /// <summary>Anyone may name a key: for the sake of those that aren't known the rows are read no more often.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _oneReader = new(1);
    private readonly SemaphoreSlim _oneMaker = new(1);
    private KeyMoment? _current;
    private readonly Lock _gate = new();
    private Task _looking = Task.CompletedTask;
    private long _readAt;
    private long _lookedAt;

    /// <summary>How long ago rows were read is the machine's time, not the protocol's: a node that was cut off must notice.</summary>
    internal TimeProvider Machine { get; init; } = TimeProvider.System;

    /// <summary>Every key of the JWKS: what verifies our own tokens.</summary>
    public JsonWebKeySet Published => Now.Published;

    /// <summary>SHA-256 of the JWKS as it is served, by which a verifier knows whether it has the newest.</summary>
    public ReadOnlyMemory<byte> JwksHash => Now.Jwks.Hash;

    internal KeyMoment Now
    {
        get
        {
            var moment = Volatile.Read(ref _current) ?? throw new InvalidOperationException("The signing keys have not been read yet.");
            var now = clock.GetUtcNow();
            if (moment.Holds(now))
                return moment;
            var next = moment.At(now);
            Interlocked.CompareExchange(ref _current, next, moment); // what was read meanwhile is newer: it stays
            return next;
        }
    }

    /// <summary>
    /// The key that signs now. RS256 always has one; ask <see cref="ActiveAsync"/> where the algorithm is a client's or a resource's choice,
    /// since its first token begins its ring.
    /// </summary>
    /// <exception cref="KeyException">The algorithm has no key yet, or this node could not read the keys for longer than it may sign.</exception>
    public SigningKey Active(SignatureAlgorithm algorithm) =>
        Silence > schedule.MaxSigningSilence
            ? throw new KeyException($"The signing keys could not be read for {Silence:c}: this node signs nothing until they can.")
            : Now.Signer(algorithm) ?? throw new KeyException($"No key signs with {algorithm} yet.");

    /// <summary>The key that signs now, made if the algorithm has none. Completes at once but for an algorithm's very first token.</summary>
    public ValueTask<SigningKey> ActiveAsync(SignatureAlgorithm algorithm, CancellationToken cancellation) =>
        Silence <= schedule.MaxSigningSilence && Now.Signer(algorithm) is { } key ? new(key) : new(BeginAsync(algorithm, cancellation));

    /// <summary>The JWKS. A node that was cut off for a while reads the rows first, since caches keep what it answers.</summary>
    public async ValueTask<PublicDocument> JwksAsync(CancellationToken cancellation)
    {
        if (Silence > schedule.MaxSilence)
            await ReloadAsync(cancellation);
        return Now.Jwks;
    }

    /// <summary>Reads the rows again.</summary>
    /// <exception cref="KeyException">A key can't be decrypted. What was read before stays in use.</exception>
    public async Task ReloadAsync(CancellationToken cancellation)
    {
        await _oneReader.WaitAsync(cancellation);
        try
        {
            var asked = Machine.GetTimestamp();
            Volatile.Write(ref _current, await ReadAsync(givenUp: null, cancellation));
            Volatile.Write(ref _readAt, asked);
        }
        finally
        {
            _oneReader.Release();
        }
    }

    /// <summary>Reads the rows after another node or a command changed them. Keys that can't be decrypted are reported, and those in memory stay in use.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        try
        {
            await ReloadAsync(cancellation);
        }
        catch (KeyException e)
        {
            Log.SigningKeysUnreadable(logger, e.Message);
        }
    }

    /// <summary>
    /// Reads the rows again for a key that isn't published here as far as this node knows, unless that was done just now; one reading for all who ask
    /// meanwhile.
    /// </summary>
    public Task LookForAsync(string kid, CancellationToken cancellation) => Published.Has(kid) ? Task.CompletedTask : LookAsync().WaitAsync(cancellation);

    /// <summary>
    /// Makes whatever key is due, in each ring that there is; RS256 always is one. Of all nodes that find it due, one makes it. Keys that are
    /// long gone are deleted, with their private part.
    /// </summary>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        await ReloadAsync(cancellation);
        foreach (var ring in Now.Rings)
        {
            if (ring.Algorithm == SignatureAlgorithm.RS256 || ring.Keys.Count > 0)
                await MakeAsync(ring.Algorithm, NextKey.Decide, cancellation);
        }

        var forgettable = Now.Rings.SelectMany(ring => ring.Forgettable(schedule, clock.GetUtcNow())).Select(key => key.Kid).ToList();
        if (forgettable.Count == 0 || await rows.DeleteAsync(forgettable, cancellation) == 0)
            return;
        await audit.RecordAsync(AuditAction.KeysForgotten, ItsOwn, AuditTarget.Keys, detail: new() { ["kids"] = new JsonArray([.. forgettable]) }, cancellation: CancellationToken.None);
        await ReloadAsync(cancellation);
    }

    /// <summary>Sees to it that the algorithm has a key that signs: called when a client or a resource names it, so that the JWKS has it early.</summary>
    public async Task<SigningKey> BeginAsync(SignatureAlgorithm algorithm, CancellationToken cancellation)
    {
        await ReloadAsync(cancellation);
        await MakeAsync(algorithm, NextKey.Decide, cancellation);
        return Active(algorithm);
    }

    /// <summary>The same of several, before the first token needs one; RS256 always has a key.</summary>
    public async Task BeginAllAsync(IEnumerable<SignatureAlgorithm> algorithms, CancellationToken cancellation)
    {
        foreach (var algorithm in algorithms.Where(named => named != SignatureAlgorithm.RS256).Distinct())
            await BeginAsync(algorithm, cancellation);
    }

    public void Dispose()
    {
        _oneReader.Dispose();
        _oneMaker.Dispose();
    }

    /// <summary>
    /// Reads all rows and decrypts what is published, without using it: throws unless the master key is right. A key that is about to be
    /// given up doesn't count, for perhaps nobody can read it any more.
    /// </summary>
    internal async Task<KeyMoment> ReadAsync(string? givenUp, CancellationToken cancellation)
    {
        var stored = await rows.ListAsync(cancellation);
        var now = clock.GetUtcNow();
        var lives = stored.Select(SealedKey.Lifetime).Select(key => key.Kid == givenUp ? key with { RevokedAt = now } : key).ToList();
        var rings = SignatureAlgorithm.All.Select(algorithm => Ring.Of(algorithm, lives)).ToList();
        var published = rings.SelectMany(ring => ring.Published(now)).Select(key => key.Kid).ToHashSet(StringComparer.Ordinal);
        var opened = stored.Where(row => published.Contains(row.Kid)).Select(Open).ToFrozenDictionary(key => key.Row.Kid, StringComparer.Ordinal);
        return new KeyMoment(rings, opened, schedule.JwksMaxAge, now);
    }

    /// <summary>
    /// Makes the key that a rule decides on, if any, and knows it afterwards. The rows were read and every published key was decrypted before:
    /// a wrong master key never gets as far as encrypting a new one.
    /// </summary>
    internal async Task<KeyLifetime?> MakeAsync(
        SignatureAlgorithm algorithm, Func<Ring, KeySchedule, DateTimeOffset, NextKey?> decide, CancellationToken cancellation, Actor? actor = null)
    {
        await _oneMaker.WaitAsync(cancellation);
        try
        {
            for (var attempt = 0; attempt < MostAttempts; attempt++)
            {
                if (decide(Now.Ring(algorithm), schedule, clock.GetUtcNow()) is not { } plan)
                    return null;
                var row = await GenerateAsync(algorithm, plan, cancellation);
                var won = await rows.AddAsync(row, ToldOf(row, actor), cancellation);
                await ReloadAsync(cancellation);
                if (!won)
                    continue;
                Log.SigningKeyMade(logger, row.Algorithm, row.Kid, row.Generation, row.ActiveAt);
                return SealedKey.Lifetime(row);
            }
        }
        finally
        {
            _oneMaker.Release();
        }

        throw new KeyException($"The next {algorithm} key was made by others {MostAttempts} times, and each time another was due.");
    }

    /// <summary>
    /// A new key in its row, not stored. An RSA key takes a tenth of a second of one core. One in 64 has a kid that begins with a dash: that
    /// one is thrown away, for no command line would take it as a name.
    /// </summary>
    internal Task<StoredSigningKey> GenerateAsync(SignatureAlgorithm algorithm, NextKey plan, CancellationToken cancellation) => Task.Run(
        () =>
        {
            while (true)
            {
                using var key = SigningKey.Generate(algorithm);
                if (!key.Kid.StartsWith('-'))
                    return SealedKey.Seal(masterKey, key, plan);
            }
        },
        cancellation);

    /// <summary>What the audit tells of a key that is made.</summary>
    internal AuditEvent ToldOf(StoredSigningKey row, Actor? actor) => audit.Line(
        AuditAction.KeyMade, actor ?? ItsOwn, AuditTarget.Key(row.Kid), after: new JsonObject { ["alg"] = row.Algorithm, ["generation"] = row.Generation, ["active_at"] = row.ActiveAt.ToString("O") });

    private Task LookAsync()
    {
        lock (_gate)
        {
            if (!_looking.IsCompleted || (_lookedAt != 0 && Machine.GetElapsedTime(_lookedAt) < BetweenLooks))
                return _looking;
            _lookedAt = Machine.GetTimestamp();
            return _looking = FollowAsync(CancellationToken.None);
        }
    }

    private static Actor ItsOwn { get; } = Actor.System("key rotation");

    /// <summary>How long ago the rows were read.</summary>
    internal TimeSpan Lag => Silence;

    private TimeSpan Silence => Machine.GetElapsedTime(Volatile.Read(ref _readAt));

    // The instance that already signs goes on: what it has warmed up stays. Keys that left are not disposed, for a request may be about to
    // sign with one; their finalizers free them.
    private OpenedKey Open(StoredSigningKey row) =>
        Volatile.Read(ref _current)?.Opened(row.Kid) is { } known && IsSame(known.Row, row) ? known : new OpenedKey(row, SealedKey.Open(masterKey, row));

    private static bool IsSame(StoredSigningKey known, StoredSigningKey row) =>
        known.Algorithm == row.Algorithm && known.PublicJwk == row.PublicJwk && known.EncryptedPrivateKey.AsSpan().SequenceEqual(row.EncryptedPrivateKey);
}
