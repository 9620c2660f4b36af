using System.Data.Common;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Diagnosis;
using IdentityProvider.Server.Diagnosis;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>The figures of the first page: read once for all who look within a few seconds, since counting costs the database something.</summary>
internal sealed class HomeFigures(Overview overview, Schema schema, RowsCheck rows, Settings settings, TimeProvider clock) : IDisposable
{
    public const int Hours = 24;

    /// <summary>How old figures may be.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(15);

    /// <summary>What a failed sign-in is told by.</summary>
    public static readonly AuditAction[] Failures = [AuditAction.SignInFailed, AuditAction.SecondFactorFailed, AuditAction.PasskeyRefused, AuditAction.SignInLocked];

    private static readonly AuditAction[] Counted = [AuditAction.TokensIssued, AuditAction.SessionBegan, .. Failures];

    private readonly SemaphoreSlim _oneReader = new(1);
    private Figures? _read;

    public async Task<Figures> ReadAsync(CancellationToken cancellation)
    {
        await _oneReader.WaitAsync(cancellation);
        try
        {
            return _read is { } standing && clock.GetUtcNow() - standing.At < GoodFor ? standing : _read = await CountAsync(cancellation);
        }
        finally
        {
            _oneReader.Release();
        }
    }

    public void Dispose() => _oneReader.Dispose();

    private async Task<Figures> CountAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var thisHour = new DateTimeOffset(now.UtcDateTime.Date.AddHours(now.UtcDateTime.Hour), TimeSpan.Zero);
        var hours = Enumerable.Range(0, Hours).Select(ago => thisHour.AddHours(ago - Hours + 1)).ToList();
        var counts = await overview.CountByHourAsync(Counted, hours[0], cancellation);
        var living = await overview.CountLivingAsync(settings.Sessions.IdleLimit, now, cancellation);
        return new Figures(now, hours, counts.ToDictionary(count => (count.Action, count.Hour), count => count.Count), living, [.. await HealthAsync(cancellation)]);
    }

    private async Task<IReadOnlyList<Finding>> HealthAsync(CancellationToken cancellation)
    {
        List<Finding> findings = [];
        try
        {
            var asked = clock.GetTimestamp();
            var facts = await schema.LookAsync(cancellation);
            findings.Add(Finding.Fine("database", $"{settings.Database.Provider} {facts.Version} answers in {clock.GetElapsedTime(asked).TotalMilliseconds:0} ms."));
            if (facts.PendingMigrations.Count > 0)
                findings.Add(Finding.Problem("migrations", $"The schema is older than this version: {string.Join(", ", facts.PendingMigrations)}.", "`idp database migrate` brings it up."));
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            findings.Add(Finding.Problem("database", "It does not answer as it should.", "The log says more; so does `idp doctor`."));
        }

        findings.Add(await rows.OutboxAsync(cancellation));
        findings.AddRange(Doctor.SettingsFindings(settings));
        return findings;
    }
}

/// <summary>What was counted.</summary>
/// <param name="At">When.</param>
/// <param name="Hours">The beginnings of the hours, the oldest first.</param>
/// <param name="Counts">By the action's name and the hour.</param>
/// <param name="Living">What lives now.</param>
/// <param name="Health">What was found of the database, the outbox and the settings.</param>
public sealed record Figures(
    DateTimeOffset At, IReadOnlyList<DateTimeOffset> Hours, IReadOnlyDictionary<(string Action, DateTimeOffset Hour), long> Counts, LivingNow Living, IReadOnlyList<Finding> Health)
{
    public long Count(AuditAction action, DateTimeOffset hour) => Counts.GetValueOrDefault((AuditActions.NameOf(action), hour));

    public long Count(params AuditAction[] actions) => Hours.Sum(hour => actions.Sum(action => Count(action, hour)));
}
