using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.Admin.AsCode;

namespace IdentityProvider.Server.Admin.Import;

/// <summary>
/// What another identity provider has becomes what is registered here (docs/migrating.md): by the plan of configuration as code, and after it the
/// people. Nothing is deleted. What can't come along stays behind by itself, and is told.
/// </summary>
internal sealed class ImportOperations(ConfigurationOperations configuration, RoleOperations roles, GroupOperations groups, ClientOperations clients, PeopleImport people)
{
    /// <summary>Each time all is looked at anew.</summary>
    private const int MostRefused = 200;

    /// <summary>The steps from what stands to what is imported. Nothing is changed.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="imported">What the other server has.</param>
    /// <param name="at">Hears how many people were looked at.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<PreparedImport>> PrepareAsync(Actor actor, Imported imported, Action<int> at, CancellationToken cancellation)
    {
        var left = imported.Left.ToList();
        var written = imported.Configuration with { Roles = await NewAsync(imported.Configuration.Roles ?? []), Groups = await OrdinaryAsync(imported.Configuration.Groups ?? [], left, cancellation) };
        for (var refused = 0; ; refused++)
        {
            var prepared = await configuration.PrepareAsync(actor, written, prunes: false, cancellation);
            if (prepared.Try(out var steps, out var fault))
                return new PreparedImport(steps, await people.PrepareAsync(imported.People, left, at, cancellation), imported.Secrets, left);

            // One thing that can't be made of many is no reason to make none of them.
            if (refused == MostRefused)
                return Fault.Refused(fault.Member, $"{fault.Reason}; and {MostRefused} more things can't be made, so that this is no export of such a server");
            if (Without(written, fault, left) is not { } rest)
                return fault;
            written = rest;
        }
    }

    /// <summary>Takes the steps; what could not be taken of people is told with what stayed behind.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="prepared">The steps.</param>
    /// <param name="keepSecretsUntil">Until when clients may go on by the secrets that they have; null for not at all.</param>
    /// <param name="taken">Hears of each step of configuration that was taken, at once: a new secret is told there alone.</param>
    /// <param name="at">Hears how many people are done.</param>
    /// <param name="cancellation">Gives up between two steps.</param>
    public async Task<ImportOutcome> ApplyAsync(
        Actor actor, PreparedImport prepared, DateTimeOffset? keepSecretsUntil, Action<PreparedStep, Taken> taken, Action<int> at, CancellationToken cancellation)
    {
        var made = new List<string>();
        var fault = await ConfigurationOperations.ApplyAsync(
            actor,
            prepared.Steps,
            (step, done) =>
            {
                taken(step, done);
                if (done.Secret is not null)
                    made.Add(step.Step.Name);
            },
            cancellation);
        if (fault is not null)
            return new(fault, PeopleCount.None, prepared.Left);
        if (keepSecretsUntil is { } end)
            await KeepSecretsAsync(actor, prepared.Secrets, made, end, cancellation);
        var left = prepared.Left.ToList();
        return new(null, await people.ApplyAsync(actor, prepared.People, left, at, cancellation), left);
    }

    private async Task KeepSecretsAsync(
        Actor actor, IReadOnlyDictionary<string, IReadOnlyList<ImportedSecret>> secrets, IEnumerable<string> made, DateTimeOffset end, CancellationToken cancellation)
    {
        foreach (var clientId in made)
        {
            foreach (var secret in secrets.GetValueOrDefault(clientId) ?? [])
                await clients.KeepSecretAsync(actor, clientId, secret.Hash, secret.ExpiresAt < end ? secret.ExpiresAt.Value : end, cancellation);
        }
    }

    // A group here that opens administration is none that a file changes, or puts anybody into.
    private async Task<IReadOnlyList<GroupMetadata>> OrdinaryAsync(IReadOnlyList<GroupMetadata> written, List<LeftBehind> left, CancellationToken cancellation)
    {
        var ordinary = new List<GroupMetadata>();
        foreach (var group in written)
        {
            if (await groups.AdministersAsync(group.Group ?? "", cancellation))
                left.Add(new(LeftBehind.OfGroup, group.Group!, "", "a group of this name opens the administration of this server: change it by hand"));
            else
                ordinary.Add(group);
        }

        return ordinary;
    }

    // Of a role nothing but the name comes along: one that is here keeps what it asks of people.
    private async Task<IReadOnlyList<RoleMetadata>> NewAsync(IReadOnlyList<RoleMetadata> written)
    {
        var missing = new List<RoleMetadata>();
        foreach (var role in written)
        {
            if (!(await roles.FindAsync(role.Role!)).Try(out _, out _))
                missing.Add(role);
        }

        return missing;
    }

    // By the pointer of the fault.
    private static WrittenConfiguration? Without(WrittenConfiguration written, Fault fault, List<LeftBehind> left)
    {
        if (fault.Member.Split('/') is not ["", var section, var place, ..] || !int.TryParse(place, out var at))
            return null;
        switch (section)
        {
            case "clients" when at < written.Clients!.Count:
                left.Add(new(LeftBehind.OfClient, written.Clients[at].ClientId!, "", fault.Reason));
                return written with { Clients = [.. written.Clients.Where((_, place) => place != at)] };
            case "groups" when at < written.Groups!.Count:
                left.Add(new(LeftBehind.OfGroup, written.Groups[at].Group!, "", fault.Reason));
                return written with { Groups = [.. written.Groups.Where((_, place) => place != at)] };
            case "resources" when at < written.Resources!.Count:
                left.Add(new(LeftBehind.OfApi, written.Resources[at].Identifier!, "", fault.Reason));
                return written with { Resources = [.. written.Resources.Where((_, place) => place != at)] };
            default:
                return null;
        }
    }
}

/// <summary>What an import would do.</summary>
internal sealed record PreparedImport(
    IReadOnlyList<PreparedStep> Steps, PreparedPeople People, IReadOnlyDictionary<string, IReadOnlyList<ImportedSecret>> Secrets, IReadOnlyList<LeftBehind> Left)
{
    public bool IsNothing => Steps.Count == 0 && People.Steps.Count == 0;
}

/// <summary>What an import did.</summary>
/// <param name="Fault">Why a step of configuration could not be taken, after which nothing more was done; null where all were.</param>
/// <param name="People">What became of people.</param>
/// <param name="Left">What stayed behind.</param>
internal sealed record ImportOutcome(Fault? Fault, PeopleCount People, IReadOnlyList<LeftBehind> Left);
