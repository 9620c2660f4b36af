using System.Text;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Admin.Api;
using IdentityProvider.Server.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/audit</c>: who did what to whom, and whether somebody touched what says so.</summary>
internal static class AuditConsole
{
    /// <summary>As long as a person waits for a page; a longer chain is for <c>idp audit verify</c>.</summary>
    private static readonly TimeSpan LongestProof = TimeSpan.FromSeconds(20);

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/audit", AdminArea.Audit, ListAsync),
        ConsoleRoute.Page("/audit/export", AdminArea.Audit, ExportAsync),
        ConsoleRoute.Look("/audit/verify", AdminArea.Audit, VerifyAsync),
        ConsoleRoute.Page("/audit/{id}", AdminArea.Audit, ShowAsync),
    ];

    private static async Task ListAsync(ConsoleRequest request)
    {
        if (!AuditSearches.Read(name => request[name]).Try(out var search, out var fault))
        {
            await request.ShowAsync<AuditPage>(new AuditPage.AuditModel(new ConsoleList<AuditLine>([])), fault);
            return;
        }

        var lines = await request.PageAsync(
            (after, limit) => request.Get<AuditEvents>().SearchAsync(search, AuditSearches.PlaceOf(after), limit, request.Cancellation), line => AuditSearches.PlaceOf(line.Event));
        await request.ShowAsync<AuditPage>(new AuditPage.AuditModel(lines));
    }

    // That lines were taken away is a line of the audit.
    private static async Task ExportAsync(ConsoleRequest request)
    {
        if (!AuditSearches.Read(name => request[name]).Try(out var search, out var fault))
        {
            await request.RefuseAsync(fault);
            return;
        }

        var file = request.Download("idp-audit.jsonl", AdminAnswer.JsonLines);
        await request.Get<AuditExports>().WriteAsync(request.Actor, search, line => file.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), request.Cancellation).AsTask(), request.Cancellation);
    }

    private static async Task ShowAsync(ConsoleRequest request)
    {
        var named = request.Named("id");
        if (Guid.TryParse(named, out var eventId) && await request.Get<AuditEvents>().FindAsync(eventId, request.Cancellation) is { } line)
            await request.ShowAsync<AuditLinePage>(line);
        else
            await request.RefuseAsync(Fault.Unknown("id", named, "a line of the audit"));
    }

    private static async Task VerifyAsync(ConsoleRequest request)
    {
        using var patience = new CancellationTokenSource(LongestProof, request.Get<TimeProvider>());
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, request.Cancellation);
        AuditProofDocument? proven = null;
        try
        {
            proven = AuditProofs.Document(await request.Get<AuditProof>().VerifyAsync(known: null, _ => { }, both.Token));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !request.Cancellation.IsCancellationRequested)
        {
            // The page says where there is the time.
        }

        await request.ShowAsync<AuditProofPage>(new AuditProofPage.ProofModel(proven));
    }
}
