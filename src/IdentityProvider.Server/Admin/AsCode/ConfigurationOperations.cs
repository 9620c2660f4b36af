using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Admin.AsCode;

/// <summary>
/// What is registered here as one document, and a document as what is registered here (docs/as-code.md). All of it is looked at before any of it is
/// done; each step is then an operation like any other, with its rules, its versions and its line in the audit.
/// </summary>
internal sealed class ConfigurationOperations(ResourceEntries resources, RoleEntries roles, GroupEntries groups, ClientEntries clients, ResourceOperations registered, Settings settings)
{
    private static readonly IReadOnlySet<DeclaredKind> AllKinds = Enum.GetValues<DeclaredKind>().ToHashSet();

    /// <summary>The document of all that an operator registered.</summary>
    public async Task<Operated<byte[]>> ExportAsync(Actor actor, CancellationToken cancellation)
    {
        if (AllKinds.Select(kind => Refuse(actor, kind, writes: false)).FirstOrDefault(fault => fault is not null) is { } unseen)
            return unseen;
        if (!(await resources.AllAsync(cancellation)).Try(out var allResources, out var fault)
            || !(await roles.AllAsync(cancellation)).Try(out var allRoles, out fault)
            || !(await groups.AllAsync(cancellation)).Try(out var allGroups, out fault)
            || !(await clients.AllAsync(cancellation)).Try(out var allClients, out fault))
            return fault;
        List<Declared> things = [.. allResources.Select(ResourceEntries.Of), .. allRoles.Select(RoleEntries.Of), .. allClients.Select(ClientEntries.Of)];
        foreach (var group in allGroups)
            things.Add(await groups.OfAsync(group, cancellation));
        return ConfigurationDocument.Write(things, AllKinds);
    }

    /// <summary>The document of some clients and of the resources that they name, so that it stands by itself.</summary>
    public async Task<Operated<byte[]>> ExportAsync(Actor actor, IEnumerable<string> clientIds, CancellationToken cancellation)
    {
        if ((Refuse(actor, DeclaredKind.Client, writes: false) ?? Refuse(actor, DeclaredKind.Resource, writes: false)) is { } unseen)
            return unseen;
        var named = new List<Client>();
        foreach (var clientId in clientIds.Distinct(StringComparer.Ordinal))
        {
            if (!(await clients.FindAsync(clientId, cancellation)).Try(out var client, out var fault))
                return fault;
            named.Add(client);
        }

        var identifiers = named.SelectMany(client => ClientMetadataRules.ResourcesNamed(ClientMetadata.Of(client))).Distinct(StringComparer.Ordinal)
            .Where(identifier => !BuiltInResources.IsIdentifier(identifier, settings.Issuer));
        var theirs = await registered.FindKnownAsync(identifiers, cancellation);
        return ConfigurationDocument.Write(
            [.. theirs.Select(ResourceEntries.Of), .. named.Select(ClientEntries.Of)], new HashSet<DeclaredKind> { DeclaredKind.Resource, DeclaredKind.Client });
    }

    /// <summary>The steps from what stands to what is written, or the first thing that can't be. Nothing is changed.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="written">The document.</param>
    /// <param name="prunes">Whether what the document's sections don't name is to go.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<List<PreparedStep>>> PrepareAsync(Actor actor, WrittenConfiguration written, bool prunes, CancellationToken cancellation)
    {
        // 1. By who may see what it is compared with.
        if (AllKinds.Where(written.Has).Select(kind => Refuse(actor, kind, writes: false)).FirstOrDefault(fault => fault is not null) is { } unseen)
            return unseen;

        // 2. Each thing, and all of them together.
        var pruned = AllKinds.Where(kind => prunes && written.Has(kind)).ToHashSet();
        if (!(await resources.ReadAsync(written.Resources ?? [], pruned.Contains(DeclaredKind.Resource), cancellation)).Try(out var readResources, out var fault)
            || !(await roles.ReadAsync(written.Roles ?? [], pruned.Contains(DeclaredKind.Role), cancellation)).Try(out var readRoles, out fault)
            || !(await groups.ReadAsync(written.Groups ?? [], readRoles, pruned.Contains(DeclaredKind.Group), cancellation)).Try(out var readGroups, out fault)
            || !(await clients.ReadAsync(written.Clients ?? [], readResources, actor, pruned.Contains(DeclaredKind.Client), cancellation)).Try(out var readClients, out fault))
            return fault;

        List<Entry> entries = [.. readResources.Entries, .. readRoles, .. readGroups, .. readClients];
        var byKey = entries.ToDictionary(entry => entry.Key);
        var plan = ApplyPlan.Of([.. entries.Select(entry => entry.Standing).OfType<Declared>()], [.. entries.Select(entry => entry.Wanted).OfType<Declared>()], pruned);
        var steps = plan.Select(step => new PreparedStep(step, byKey[(step.Kind, Declared.KeyOf(step.Kind, step.Name))])).ToList();
        foreach (var step in steps.Where(step => step.Step.Action != ApplyAction.Delete))
        {
            if (await step.Entry.RefuseElsewhereAsync(cancellation) is { } elsewhere)
                return elsewhere;
        }

        return steps;
    }

    /// <summary>Takes the steps in their order, up to the first that can't be taken: why, or null where all were.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="taken">Hears of each that was taken, at once: what it made is told there alone.</param>
    /// <param name="cancellation">Gives up between two steps.</param>
    public static async Task<Fault?> ApplyAsync(Actor actor, IReadOnlyList<PreparedStep> steps, Action<PreparedStep, Taken> taken, CancellationToken cancellation)
    {
        // None of them where one is not theirs to take.
        if (steps.Select(step => Refuse(actor, step.Step.Kind, writes: true)).FirstOrDefault(fault => fault is not null) is { } notTheirs)
            return notTheirs;
        foreach (var step in steps)
        {
            cancellation.ThrowIfCancellationRequested();
            var take = step.Step.Action == ApplyAction.Delete ? step.Entry.DeleteAsync : step.Entry.WriteAsync;
            if (!(await take(actor, cancellation)).Try(out var done, out var fault))
                return fault with { Member = $"{Declared.WordOf(step.Step.Kind)} {step.Step.Name}: {fault.Member}" };
            taken(step, done);
        }

        return null;
    }

    private static Fault? Refuse(Actor actor, DeclaredKind kind, bool writes) => actor.Authority.Refuse(AreaOf(kind), writes) is null
        ? null
        : Fault.Forbidden(Declared.SectionOf(kind), $"who asks may not {(writes ? "change" : "see")} them");

    private static AdminArea AreaOf(DeclaredKind kind) => kind switch
    {
        DeclaredKind.Resource => AdminArea.Resources,
        DeclaredKind.Role => AdminArea.Roles,
        DeclaredKind.Group => AdminArea.Groups,
        DeclaredKind.Client => AdminArea.Clients,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

/// <summary>A step, and what it takes.</summary>
internal sealed record PreparedStep(ApplyStep Step, Entry Entry);
