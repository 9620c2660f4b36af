using System.Globalization;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Diagnosis;

/// <summary>What is made of what a doctor measured: one rule for each thing that is looked at.</summary>
public static class DiagnosisRules
{
    /// <summary>An HTTP date has whole seconds, and an answer takes a moment.</summary>
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(3);

    /// <summary>So long before an end somebody should know of it.</summary>
    private static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    /// <summary>A message is tried again within minutes; one that waits longer has failed more than once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Who changed something looks at a list soon after.</summary>
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(30);

    /// <summary>Two clocks: every key switches, and every token ends, by one of them.</summary>
    /// <param name="whose">Whose clock it is that this machine's is compared with.</param>
    /// <param name="ahead">How far this machine's is ahead of it.</param>
    /// <param name="skew">How far apart the design lets them be.</param>
    public static Finding Clock(string whose, TimeSpan ahead, TimeSpan skew)
    {
        var apart = ahead.Duration();
        if (apart <= Unnoticed)
            return Finding.Fine("clock", $"This machine's clock and {whose} agree.");
        var what = $"This machine's clock is {Span(apart)} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} {whose}.";
        const string Remedy = "Let NTP set the clocks of all nodes, of the database and of the proxies.";
        return apart <= skew / 2 ? Finding.Warning("clock", what, Remedy) : Finding.Problem("clock", what, Remedy);
    }

    /// <summary>The replica that lists are read from.</summary>
    /// <param name="behind">How far it is behind; null where it doesn't answer.</param>
    public static Finding Replica(TimeSpan? behind) => behind switch
    {
        null => Finding.Warning("replica", "It doesn't answer; the database itself answers in its place.", "Look at Idp:Database:ReadOnlyConnectionString, and at the way there."),
        { } lag when lag > LongestLag => Finding.Warning("replica", $"It is {Span(lag)} behind: searches and lists show what was.", "Look at its load, and at the network between the two."),
        { } lag => Finding.Fine("replica", $"It answers, {Span(lag)} behind."),
    };

    /// <summary>The certificate that browsers and partners meet.</summary>
    public static Finding Certificate(DateTimeOffset ends, DateTimeOffset now)
    {
        const string Remedy = "Renew it where TLS ends (the proxy, or Kestrel:Certificates:Default).";
        if (ends <= now)
            return Finding.Problem("tls", $"The issuer's certificate ended on {Day(ends)}.", Remedy);
        return ends - now < Notice
            ? Finding.Warning("tls", $"The issuer's certificate ends on {Day(ends)}.", Remedy)
            : Finding.Fine("tls", $"The issuer's certificate is trusted here, until {Day(ends)}.");
    }

    /// <summary>An algorithm's keys: one signs, and the next is made in time.</summary>
    public static Finding Keys(Ring ring, KeySchedule schedule, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ring);
        ArgumentNullException.ThrowIfNull(schedule);
        const string Remedy = "Start a server (`idp serve`), which makes it; if one runs, its log says why it can't. `idp keys rotate` makes it by hand.";
        var name = ring.Algorithm.Name;
        if (ring.Signer(now) is not { } signer)
            return Finding.Problem("keys", $"No key signs with {name}.", Remedy);

        // A server looks every few seconds; the head start is what an outage may take.
        if (NextKey.Decide(ring, schedule, now - schedule.HeadStart) is { } overdue && ring.Keys.All(key => key.Generation < overdue.Generation))
            return Finding.Warning("keys", $"The next key for {name} is overdue; the one that signs was planned until {Moment(signer.RetiredAt)}.", Remedy);
        var next = NextKey.Announced(ring, schedule, now);
        return Finding.Fine("keys", next is null
            ? $"{signer.Kid} signs with {name} until {Moment(signer.RetiredAt)}."
            : $"{signer.Kid} signs with {name}; {next.Kid} is announced and takes over at {Moment(next.ActiveAt)}.");
    }

    /// <summary>What is to leave this server.</summary>
    /// <param name="waitingSince">When each message began to wait.</param>
    /// <param name="givenUp">How many were given up, of those that are kept.</param>
    /// <param name="now">The present.</param>
    public static Finding Outbox(IReadOnlyCollection<DateTimeOffset> waitingSince, int givenUp, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(waitingSince);
        const string Remedy = "`idp outbox list` says of each what was answered; `idp outbox retry` sends one again.";
        if (waitingSince.Count(since => now - since > Patience) is > 0 and var late)
            return Finding.Problem("outbox", $"{late} messages wait since more than {Patience.TotalMinutes:0} minutes.", $"{Remedy} Without a running server nothing is sent.");
        return givenUp > 0
            ? Finding.Warning("outbox", $"{givenUp} messages were given up: those apps and people weren't told.", Remedy)
            : Finding.Fine("outbox", $"{waitingSince.Count} messages wait, none for long.");
    }

    /// <summary>What is weak about a client, and what will stop working; empty where nothing is.</summary>
    /// <param name="client">The client.</param>
    /// <param name="known">The resources that it names.</param>
    /// <param name="now">The present.</param>
    public static IEnumerable<Finding> Client(Client client, IReadOnlyList<Resource> known, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(client);
        const string NewSecret = "`idp clients rotate-secret` gives it another, beside the old.";
        if (client.HasSecret)
        {
            var ends = client.Secrets.Select(secret => secret.ExpiresAt ?? DateTimeOffset.MaxValue).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
            if (ends <= now)
                yield return Finding.Problem("clients", $"{client.ClientId} has no secret that is valid.", NewSecret);
            else if (ends - now < Notice)
                yield return Finding.Warning("clients", $"The last secret of {client.ClientId} ends on {Day(ends)}.", NewSecret);
        }

        foreach (var warning in ClientMetadataRules.WarningsOf(client, known))
            yield return Finding.Warning("clients", $"{client.ClientId}: {warning}.", $"`idp clients update {client.ClientId}`.");
    }

    private static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min");

    private static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
