using System.Text.Json.Nodes;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>The groups of a document beside those that there are. Who is in them is no matter of documents.</summary>
internal sealed class GroupEntries(GroupOperations groups, RoleEntries roles)
{
    public static Declared Of(string name, IEnumerable<string> roles) =>
        new(DeclaredKind.Group, name, new() { ["group"] = name, ["roles"] = new JsonArray([.. roles.Order(StringComparer.Ordinal).Select(role => JsonValue.Create(role))]) });

    public async Task<Declared> OfAsync(Group group, CancellationToken cancellation) => Of(group.Name, await groups.RolesAsync(group, cancellation));

    public Task<Operated<List<Group>>> AllAsync(CancellationToken cancellation) =>
        Everything.OfAsync(DeclaredKind.Group, groups.ListAsync, group => group.Name, _ => true, cancellation);

    /// <param name="written">What the document says.</param>
    /// <param name="withRoles">What was read of roles.</param>
    /// <param name="isPruned">Whether those that it doesn't name are to go.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<List<Entry>>> ReadAsync(IReadOnlyList<GroupMetadata> written, IReadOnlyList<Entry> withRoles, bool isPruned, CancellationToken cancellation)
    {
        var entries = new List<Entry>();
        foreach (var (at, metadata) in written.Index())
        {
            if (GroupOperations.RefuseName(metadata.Group!) is { } fault)
                return fault.At(DeclaredKind.Group, at);
            if (!(await ReadRolesAsync(metadata, at, withRoles)).Try(out var wanted, out var unknown))
                return unknown;
            entries.Add(await ReadAsync(metadata.Group!, wanted, cancellation));
        }

        var all = isPruned ? await AllAsync(cancellation) : new List<Group>();
        if (!all.Try(out var others, out var tooMany))
            return tooMany;
        var named = entries.Select(entry => entry.Key.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var group in others.Where(group => !named.Contains(Declared.KeyOf(DeclaredKind.Group, group.Name))))
        {
            var having = await groups.RolesAsync(group, cancellation);
            entries.Add(new(Of(group.Name, having), null)
            {
                DeleteAsync = async (actor, token) => Taken.Of(await groups.DeleteAsync(actor, group, having, token), alreadySo: FaultKind.Unknown),
            });
        }

        return entries;
    }

    private async Task<Operated<List<string>>> ReadRolesAsync(GroupMetadata metadata, int at, IReadOnlyList<Entry> withRoles)
    {
        var named = metadata.Roles ?? [];
        if (named.Count > ClaimMapping.MostRoles)
            return Fault.Refused("roles", $"must be at most {ClaimMapping.MostRoles}").At(DeclaredKind.Group, at);
        var found = new List<string>();
        foreach (var role in named)
        {
            if (await roles.FindNameAsync(withRoles, role) is not { } name)
                return Fault.Refused("roles", $"{Quoted(role)} is not a role, here or in this document").At(DeclaredKind.Group, at);
            if (found.Contains(name))
                return Fault.Refused("roles", "names a role twice").At(DeclaredKind.Group, at);
            found.Add(name);
        }

        return found;
    }

    private async Task<Entry> ReadAsync(string name, List<string> wanted, CancellationToken cancellation)
    {
        if (!(await groups.FindAsync(name, cancellation)).Try(out var group, out _))
            return new(null, Of(name, wanted)) { WriteAsync = async (actor, token) => Taken.Of(await groups.CreateAsync(actor, name, wanted, token), _ => null) };
        var standing = await groups.RolesAsync(group, cancellation);
        return new(Of(group.Name, standing), Of(group.Name, wanted)) { WriteAsync = (actor, token) => ChangeAsync(actor, group.Name, standing, wanted, token) };
    }

    private async Task<Operated<Taken>> ChangeAsync(Actor actor, string group, IReadOnlyList<string> standing, IReadOnlyList<string> wanted, CancellationToken cancellation)
    {
        foreach (var role in wanted.Except(standing, StringComparer.OrdinalIgnoreCase))
        {
            if (!Taken.Of(await groups.GrantRoleAsync(actor, group, role, cancellation), alreadySo: FaultKind.Conflict).Try(out _, out var fault))
                return fault;
        }

        foreach (var role in standing.Except(wanted, StringComparer.OrdinalIgnoreCase))
        {
            if (!Taken.Of(await groups.RevokeRoleAsync(actor, group, role, cancellation), alreadySo: FaultKind.Conflict).Try(out _, out var fault))
                return fault;
        }

        return new Taken();
    }

    // What was written comes back in a line, so it must not break it.
    private static string Quoted(string role) => RoleOperations.RefuseName(role) is null ? $"'{role}'" : "a name";
}
