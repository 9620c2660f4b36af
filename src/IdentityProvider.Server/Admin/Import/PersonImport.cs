using System.Text;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Import;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Admin.Import;

/// <summary>
/// A person of another identity provider: who is not here gets an account, and who came by an earlier import the roles, groups and links that they have
/// not. Password, claims and second factors of an account that is here are its person's, and stay as they are.
/// </summary>
internal sealed class PersonImport(
    UserManager<User> manager, Users users, UserOperations accounts, GroupOperations groups, LinkOperations links, Authenticators authenticators)
{
    /// <summary>What is to be done for them; null where nothing is.</summary>
    public async Task<PersonStep?> PrepareAsync(ImportedPerson person, Dictionary<string, bool> issuers, List<LeftBehind> left, CancellationToken cancellation)
    {
        var found = await FindAsync(person);

        // Whose account opens administration is given nothing by a file: by a link somebody else would have it.
        if (found is not null && (await users.FindRolesAmongAsync(found.Id, AdminRules.Roles, cancellation)).Count > 0)
        {
            left.Add(new(LeftBehind.OfPerson, person.Username, "", "administers this server: what they are to have is given by hand"));
            return null;
        }

        var linkable = await LinkableAsync(person, issuers, left, cancellation);
        person = person with { Groups = await OrdinaryAsync(person, left, cancellation), Roles = Ordinary(person, left) };
        if (found is not { } user)
            return new(person, IsNew: true, person.Roles, person.Groups, linkable);
        if (person.Sub == user.Id)
            return await MissingAsync(person, user, linkable, cancellation);

        // Without a sub that stays nobody can tell whether it is the same person.
        if (person.Sub is not null)
            left.Add(new(LeftBehind.OfPerson, person.Username, "", "another account here has this username"));
        return null;
    }

    /// <summary>Does it; false where there is no account for them.</summary>
    public async Task<bool> TakeAsync(Actor actor, PersonStep step, List<LeftBehind> left, CancellationToken cancellation)
    {
        if ((step.IsNew ? await MakeAsync(actor, step.Person, left, cancellation) : await FindAsync(step.Person)) is not { } user)
            return false;

        // Who was made has their roles already.
        foreach (var role in step.IsNew ? [] : step.Roles)
            Tell(await accounts.GrantRoleAsync(actor, user, role, cancellation), $"role {role}");
        foreach (var group in await OrdinaryAsync(step.Person with { Groups = step.Groups }, left, cancellation))
            Tell(await groups.AddMemberAsync(actor, group, user, cancellation), $"group {group}");
        foreach (var link in step.Links)
            Tell(await links.LinkAsync(actor, user, link.Issuer, link.Subject, cancellation), $"link {link.Issuer}");
        if (step is { IsNew: true, Person.AuthenticatorKey: { } key })
            await authenticators.KeepAsync(user, key, CancellationToken.None);
        return true;

        void Tell<T>(Operated<T> operated, string what)
            where T : notnull
        {
            if (!operated.Try(out _, out var fault))
                left.Add(new(LeftBehind.OfPerson, step.Person.Username, what, fault.Reason));
        }
    }

    /// <summary>Lets in who was kept out until all of theirs was there.</summary>
    public async Task LetInAsync(Actor actor, ImportedPerson person, List<LeftBehind> left)
    {
        var found = await accounts.FindAsync(person.Username);
        if (found.Try(out var user, out _))
            found = await accounts.EnableAsync(actor, user, CancellationToken.None);
        if (!found.Try(out _, out var fault))
            left.Add(new(LeftBehind.OfPerson, person.Username, "", $"stays disabled: {fault}"));
    }

    // What opens administration here opened something else there.
    private async Task<IReadOnlyList<string>> OrdinaryAsync(ImportedPerson person, List<LeftBehind> left, CancellationToken cancellation)
    {
        var ordinary = new List<string>();
        foreach (var group in person.Groups)
        {
            if (await groups.AdministersAsync(group, cancellation))
                left.Add(new(LeftBehind.OfPerson, person.Username, $"group {group}", "opens the administration of this server: it is given by hand"));
            else
                ordinary.Add(group);
        }

        return ordinary;
    }

    private static IReadOnlyList<string> Ordinary(ImportedPerson person, List<LeftBehind> left)
    {
        foreach (var role in person.Roles.Where(AdminRules.IsPrivileged))
            left.Add(new(LeftBehind.OfPerson, person.Username, $"role {role}", "opens the administration of this server: it is given by hand"));
        return [.. person.Roles.Where(role => !AdminRules.IsPrivileged(role))];
    }

    private async Task<User?> FindAsync(ImportedPerson person)
    {
        if (person.Sub is { } sub && await manager.FindByIdAsync(sub.ToString("D")) is { } same)
            return same;
        return await manager.FindByNameAsync(person.Username);
    }

    private async Task<PersonStep?> MissingAsync(ImportedPerson person, User user, IReadOnlyList<ImportedLink> linkable, CancellationToken cancellation)
    {
        var (having, inside, linked) = (await manager.GetRolesAsync(user), await users.FindGroupsAsync(user.Id, cancellation) ?? [], await manager.GetLoginsAsync(user));
        var step = new PersonStep(
            person,
            IsNew: false,
            [.. person.Roles.Except(having, StringComparer.OrdinalIgnoreCase)],
            [.. person.Groups.Except(inside, StringComparer.OrdinalIgnoreCase)],
            [.. linkable.Where(link => !linked.Any(standing => standing.LoginProvider == link.Issuer && standing.ProviderKey == link.Subject))]);
        return step.Roles.Count + step.Groups.Count + step.Links.Count > 0 ? step : null;
    }

    private async Task<IReadOnlyList<ImportedLink>> LinkableAsync(ImportedPerson person, Dictionary<string, bool> issuers, List<LeftBehind> left, CancellationToken cancellation)
    {
        var linkable = new List<ImportedLink>();
        foreach (var link in person.Links)
        {
            if (!issuers.TryGetValue(link.Issuer, out var isKnown))
                issuers[link.Issuer] = isKnown = await links.KnowsAsync(link.Issuer, cancellation);
            if (isKnown)
                linkable.Add(link);
            else
                left.Add(new(LeftBehind.OfPerson, person.Username, $"link {link.Issuer}", "there is no upstream of this issuer here: make it (`idp upstreams create`), and import again"));
        }

        return linkable;
    }

    private async Task<User?> MakeAsync(Actor actor, ImportedPerson person, List<LeftBehind> left, CancellationToken cancellation)
    {
        // Two of one identifier: whoever is here has it.
        if (person.Sub is { } sub && await manager.FindByIdAsync(sub.ToString("D")) is not null)
        {
            left.Add(new(LeftBehind.OfPerson, person.Username, "sub", "is another person's here"));
            return null;
        }

        var password = person.PasswordHash is { } hash ? new GivenPassword(null, hash) : null;
        var asked = new NewUser(person.Username, password, Encoding.UTF8.GetBytes(person.Claims.ToJsonString()), person.Roles)
        {
            Sub = person.Sub,
            IsDisabled = person.IsDisabled || person.AuthenticatorKey is not null,
        };
        if ((await accounts.CreateAsync(actor, asked, cancellation)).Try(out var user, out var fault))
            return user;
        left.Add(new(LeftBehind.OfPerson, person.Username, "", fault.ToString()));
        return null;
    }
}
