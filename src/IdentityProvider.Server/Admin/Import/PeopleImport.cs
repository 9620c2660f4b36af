using IdentityProvider.Protocol.Import;

namespace IdentityProvider.Server.Admin.Import;

/// <summary>People of another identity provider, one after the other, each in a scope of its own: a hundred thousand are not held in one.</summary>
internal sealed class PeopleImport(IServiceScopeFactory scopes)
{
    /// <summary>What is to be done for whom.</summary>
    public async Task<PreparedPeople> PrepareAsync(IReadOnlyList<ImportedPerson> people, List<LeftBehind> left, Action<int> at, CancellationToken cancellation)
    {
        var steps = new List<PersonStep>();
        var issuers = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (done, person) in people.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            await using var scope = scopes.CreateAsyncScope();
            if (await scope.ServiceProvider.GetRequiredService<PersonImport>().PrepareAsync(person, issuers, left, cancellation) is { } step)
                steps.Add(step);
            at(done + 1);
        }

        return new(steps, people.Count - steps.Count);
    }

    /// <summary>Does it.</summary>
    public async Task<PeopleCount> ApplyAsync(Actor actor, PreparedPeople people, List<LeftBehind> left, Action<int> at, CancellationToken cancellation)
    {
        var (made, changed) = (0, 0);
        foreach (var (done, step) in people.Steps.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            if (await TakeAsync(actor, step, left, cancellation))
                _ = step.IsNew ? made++ : changed++;
            at(done + 1);
        }

        return new(made, changed, people.Standing);
    }

    private async Task<bool> TakeAsync(Actor actor, PersonStep step, List<LeftBehind> left, CancellationToken cancellation)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            if (!await scope.ServiceProvider.GetRequiredService<PersonImport>().TakeAsync(actor, step, left, cancellation))
                return false;
        }

        // Who proves themselves by two factors is let in when both are there: cut off before this, the account stays disabled.
        if (step is { IsNew: true, Person: { AuthenticatorKey: not null, IsDisabled: false } })
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<PersonImport>().LetInAsync(actor, step.Person, left);
        }

        return true;
    }
}

/// <summary>What is to be done for people.</summary>
/// <param name="Steps">For whom there is something to do.</param>
/// <param name="Standing">How many are here as they should be.</param>
internal sealed record PreparedPeople(IReadOnlyList<PersonStep> Steps, int Standing);

/// <summary>What is to be done for a person.</summary>
/// <param name="Person">Who.</param>
/// <param name="IsNew">Whether their account is to be made.</param>
/// <param name="Roles">That they are to be given.</param>
/// <param name="Groups">That they are to be put into.</param>
/// <param name="Links">That they are to have.</param>
internal sealed record PersonStep(ImportedPerson Person, bool IsNew, IReadOnlyList<string> Roles, IReadOnlyList<string> Groups, IReadOnlyList<ImportedLink> Links);

/// <summary>What became of people.</summary>
internal sealed record PeopleCount(int Made, int Changed, int Standing)
{
    public static PeopleCount None { get; } = new(0, 0, 0);
}
