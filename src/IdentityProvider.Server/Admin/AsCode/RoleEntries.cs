using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>The roles of a document beside those that there are.</summary>
internal sealed class RoleEntries(RoleOperations roles)
{
    public static Declared Of(Role role) => new(DeclaredKind.Role, role.Name!, RoleOperations.Document(role));

    public Task<Operated<List<Role>>> AllAsync(CancellationToken cancellation) =>
        Everything.OfAsync(DeclaredKind.Role, roles.ListAsync, role => role.Name!, _ => true, cancellation);

    /// <param name="written">What the document says.</param>
    /// <param name="isPruned">Whether those that it doesn't name are to go.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<List<Entry>>> ReadAsync(IReadOnlyList<RoleMetadata> written, bool isPruned, CancellationToken cancellation)
    {
        var entries = new List<Entry>();
        foreach (var (at, metadata) in written.Index())
        {
            var (name, requireMfa) = (metadata.Role!, metadata.RequireMfa ?? false);
            if (RoleOperations.RefuseName(name) is { } fault)
                return fault.At(DeclaredKind.Role, at);
            _ = (await roles.FindAsync(name)).Try(out var standing, out _);
            entries.Add(new(standing is null ? null : Of(standing), Of(new Role { Name = standing?.Name ?? name, RequireMfa = requireMfa }))
            {
                WriteAsync = async (actor, _) => Taken.Of(
                    standing is null ? await roles.CreateAsync(actor, name, requireMfa) : await roles.UpdateAsync(actor, standing, requireMfa), _ => null),
            });
        }

        var all = isPruned ? await AllAsync(cancellation) : new List<Role>();
        if (!all.Try(out var others, out var tooMany))
            return tooMany;
        var named = entries.Select(entry => entry.Key).ToHashSet();
        entries.AddRange(others.Where(role => !named.Contains(Of(role).Key)).Select(role => new Entry(Of(role), null)
        {
            DeleteAsync = async (actor, _) => Taken.Of(await roles.DeleteAsync(actor, role), alreadySo: FaultKind.Unknown),
        }));
        return entries;
    }

    /// <summary>How a role's name is written when the document is applied; null where there is none of that name then.</summary>
    public async Task<string?> FindNameAsync(IReadOnlyList<Entry> read, string name)
    {
        var key = (DeclaredKind.Role, Declared.KeyOf(DeclaredKind.Role, name));
        if (read.FirstOrDefault(entry => entry.Key == key) is { } entry)
            return entry.Wanted?.Name;
        return (await roles.FindAsync(name)).Try(out var standing, out _) ? standing.Name : null;
    }
}
