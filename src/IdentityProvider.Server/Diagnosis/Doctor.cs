using System.Data.Common;
using IdentityProvider.Protocol.Diagnosis;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Diagnosis;

/// <summary>Looks an installation over, from its settings to what the world sees of it, and changes nothing.</summary>
internal sealed class Doctor(Settings settings, Schema schema, ReadOnlyDatabase replica, KeysCheck keys, RowsCheck rows, TimeProvider clock)
{
    /// <summary>Every finding, in the order in which one would look: what comes later may fail because of what comes first.</summary>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        List<Finding> findings = [.. SettingsFindings(settings)];
        IReadOnlyList<string> published = [];
        if (await DatabaseAsync(findings, cancellation))
        {
            published = await keys.ExamineAsync(findings, cancellation);
            findings.Add(await rows.OutboxAsync(cancellation));
            findings.AddRange(await rows.ClientsAsync(cancellation));
        }

        findings.AddRange(await new IssuerCheck(settings.Issuer, clock).ExamineAsync(published, cancellation));
        return findings;
    }

    /// <summary>What is right for a desk and not for the world.</summary>
    internal static IEnumerable<Finding> SettingsFindings(Settings settings)
    {
        if (settings.IsDevelopment)
            yield return Finding.Warning("settings", "This is a development run: keys may be made by themselves, and private addresses be called.", "Set DOTNET_ENVIRONMENT to Production.");
        if (!settings.IsHttps)
            yield return Finding.Warning("settings", $"The issuer {settings.Issuer} is for this machine alone.", "Set Idp:Issuer to the https URL by which browsers and partners come.");
        if (settings.Database.IsEmbedded)
            yield return Finding.Warning("settings", "The database is the embedded one: one node, and backups are yours to make.", "Set Idp:Database:ConnectionString for more than one node.");
        else if (DatabaseWays.SafetyOf(settings.Database.Provider, settings.Database.ConnectionString!) is (IsRemote: true, IsVerified: false))
            yield return Finding.Warning("settings", "The database is reached over a network, and nothing proves that it is that database.", settings.Database.Provider == DatabaseProvider.SqlServer ? "Leave Encrypt on and TrustServerCertificate off in Idp:Database:ConnectionString." : "Write SSL Mode=VerifyFull (and Root Certificate=…) into Idp:Database:ConnectionString: docs/databases.md.");
        if (!settings.Throttling.Enabled)
            yield return Finding.Problem("settings", "Throttling is off: passwords and codes can be guessed as fast as they are answered.", "Leave Idp:Throttling:Enabled on.");
        if (settings.Outgoing.AllowPrivateNetwork is true && !settings.IsDevelopment)
            yield return Finding.Warning("settings", "Clients may name addresses of your own network, which this server then calls.", "Leave Idp:Outgoing:AllowPrivateNetwork off, unless every client is yours.");
        if (settings.Registration.Mode == RegistrationMode.Open)
            yield return Finding.Warning("settings", "Anybody may register a client.", "Set Idp:Registration:Mode to Token, unless partners are strangers.");
        if (settings.Administration.CommandLineSignIn && settings.IsHttps)
            yield return Finding.Fine("settings", "Administrators may sign in on a command line elsewhere (`idp login`); Idp:Administration:CommandLineSignIn turns that off.");
        if (!settings.Mail.IsOn)
            yield return Finding.Warning("settings", "No mail is sent: nobody resets a password by themselves, nor learns of a new device.", "Set Idp:Mail:Smtp:Host and Idp:Mail:From.");
    }

    private async Task<bool> DatabaseAsync(List<Finding> findings, CancellationToken cancellation)
    {
        try
        {
            var asked = clock.GetUtcNow();
            var facts = await schema.LookAsync(cancellation);
            var answered = clock.GetUtcNow();
            findings.Add(Finding.Fine("database", $"{settings.Database.Provider} {facts.Version} answers."));
            findings.Add(DiagnosisRules.Clock("the database's", asked + ((answered - asked) / 2) - facts.Now, KeySettings.ClockSkew));
            if (facts.IsPooled && settings.Database.Pooler == Pooler.None)
                findings.Add(Finding.Warning("database", "A pooler stands between here and PostgreSQL.", "If it lends connections for a transaction, set Idp:Database:Pooler to Transaction: docs/databases.md."));
            if (await replica.LookAsync(cancellation) is (var behind, IsThere: true))
                findings.Add(DiagnosisRules.Replica(behind));
            if (facts.PendingMigrations.Count == 0)
                return true;
            findings.Add(Finding.Problem("migrations", $"The schema is older than this version: {string.Join(", ", facts.PendingMigrations)}.", "`idp database migrate` brings it up."));
        }
        catch (Exception e) when (e is DbException or TimeoutException or InvalidOperationException { InnerException: DbException })
        {
            findings.Add(Finding.Problem("database", $"It can't be reached: {e.GetBaseException().Message.ReplaceLineEndings(" ")}", "Look at Idp:Database:ConnectionString, and at the way there."));
        }

        return false;
    }
}
