using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary><c>/account/history</c>: what happened to a person's account, a page at a time.</summary>
internal sealed class HistoryPages(AccountAccess access, SignInEvents events, TimeProvider clock)
{
    private const int LinesOfPage = 50;

    public async Task GetAsync(HttpContext http)
    {
        if (await access.OpenAsync(http, OwnPage.History, needsFreshSignIn: false) is not var (query, (session, _)))
            return;
        var before = HistoryPlaces.Read(query["before"]);
        var found = await events.ListAsync(session.UserId, clock.GetUtcNow(), LinesOfPage + 1, before, http.RequestAborted);
        IReadOnlyList<SignInEvent> lines = [.. found.Take(LinesOfPage)];
        var older = found.Count > LinesOfPage ? HistoryPlaces.Write(lines[^1]) : null;
        await PageResults.ShowAsync<HistoryPage>(http, new HistoryPage.HistoryModel(lines, before is not null, older), PagePolicy.Account);
    }
}
