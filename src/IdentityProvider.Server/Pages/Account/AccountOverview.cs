using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>Loads what the account page shows. Every list is bounded.</summary>
internal sealed class AccountOverview(Storage.Sessions sessions, TokenFamilies families, Grants grants, SignInEvents events, Registry registry, Settings settings)
{
    private const int MostSessions = 100;
    private const int MostFamilies = 1000;
    private const int MostGrants = 200;
    private const int MostEvents = 20;

    public async Task<AccountModel> LoadAsync(AccountModel empty, Session current, CancellationToken cancellation)
    {
        var userId = current.UserId;
        var alive = await families.ListAsync(userId, empty.Now, MostFamilies, cancellation);
        var clients = await sessions.ClientsOfAllAsync(userId, MostFamilies, cancellation);
        var lines = new List<SessionLine>();
        foreach (var session in await sessions.ListAsync(userId, alsoEnded: false, MostSessions, cancellation))
        {
            // An app's use of a session is one too.
            var under = alive.Where(f => f.SessionId == session.SessionId).ToList();
            var used = under.Aggregate(session, (s, family) => s.UsedAt(family.RotatedAt));
            if (!used.IsAlive(settings.Sessions.IdleLimit, empty.Now))
                continue;
            var apps = await NamesAsync(clients[session.SessionId].Union(under.Select(f => f.ClientId), StringComparer.Ordinal), cancellation);
            lines.Add(new SessionLine(used, session.SessionId == current.SessionId, used.EndsUnusedAt(settings.Sessions.IdleLimit), apps));
        }

        var open = lines.Select(l => l.Session.SessionId).ToHashSet();
        return empty with
        {
            Sessions = [.. lines.OrderByDescending(l => l.IsThis).ThenByDescending(l => l.Session.LastUsedAt)],
            Apps = await AppsAsync(userId, [.. alive.Where(f => f.SessionId is not { } id || open.Contains(id))], cancellation),
            History = await events.ListAsync(userId, empty.Now, MostEvents, cancellation),
        };
    }

    private async Task<IReadOnlyList<string>> NamesAsync(IEnumerable<string> clientIds, CancellationToken cancellation)
    {
        var names = new List<string>();
        foreach (var clientId in clientIds)
        {
            if (await registry.FindClientAsync(clientId, cancellation) is { } client)
                names.Add(client.ClientName);
        }

        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.OrdinalIgnoreCase)];
    }

    private async Task<IReadOnlyList<AppLine>> AppsAsync(Guid userId, IReadOnlyList<TokenFamily> alive, CancellationToken cancellation)
    {
        var given = (await grants.ListAsync(userId, MostGrants, cancellation)).ToDictionary(g => g.ClientId, StringComparer.Ordinal);
        var held = alive.ToLookup(f => f.ClientId, StringComparer.Ordinal);
        var apps = new List<AppLine>();
        foreach (var clientId in given.Keys.Union(held.Select(h => h.Key), StringComparer.Ordinal))
        {
            if (await registry.FindClientAsync(clientId, cancellation) is not { } client)
                continue;
            var grant = given.GetValueOrDefault(clientId);
            var scope = held[clientId].Aggregate(grant?.Scope ?? ScopeSet.Empty, (all, family) => all.Union(family.Scope));
            var resources = held[clientId].SelectMany(f => f.Resources).Union(grant?.Resources ?? [], StringComparer.Ordinal);
            var offline = held[clientId].Where(f => f.SessionId is null).Select(f => (DateTimeOffset?)f.CreatedAt).Min();
            apps.Add(new AppLine(
                clientId, client.ClientName, [.. ScopeWords.OfIdentity(scope), .. ScopeWords.OfClaims(grant?.Claims ?? [])], ScopeWords.OfApis(scope, await registry.FindResourcesAsync([.. resources], cancellation)), grant?.UpdatedAt, offline));
        }

        return [.. apps.OrderBy(a => a.Name, StringComparer.OrdinalIgnoreCase).ThenBy(a => a.ClientId, StringComparer.Ordinal)];
    }
}
