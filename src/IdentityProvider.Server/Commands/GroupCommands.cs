using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp groups …</c>: people who have their roles together.</summary>
internal static class GroupCommands
{
    public static Command Build() => new("groups", "People who have their roles together.") { Create(), List(), Show(), Delete(), GrantRole(), RevokeRole() };

    public static Argument<string> Name() => new("group") { Description = "The group's name." };

    public static int Unknown(Work work, Argument<string> name) => work.Output.Refuse($"group: '{work.Parsed.GetRequiredValue(name)}' is not a group here");

    public static Task<Group?> FindAsync(Work work, Argument<string> name) => work.Get<Groups>().FindAsync(work.Parsed.GetRequiredValue(name), work.Cancellation);

    private static Command Create()
    {
        var name = Name();
        var roles = new Option<string[]>("--role") { Description = "A role that everybody in it has; made where there is none of that name. May be repeated.", HelpName = "name" };
        return new Command("create", "Make a group.") { name, roles }.Does(async work =>
        {
            var group = new Group(work.Get<Entropy>().NewId(), work.Parsed.GetRequiredValue(name), work.Installation.Now);
            if (!PlainText.IsPlain(group.Name, Longest.GroupName))
                return work.Output.Refuse($"group: must be plain text of at most {Longest.GroupName} characters");
            var named = work.Parsed.GetValue(roles) ?? [];
            foreach (var role in named)
            {
                if (await RoleCommands.MakeAsync(work, role) is { } noRole)
                    return work.Output.Refuse(noRole);
            }

            if (!await work.Get<Groups>().AddAsync(group, work.Cancellation))
                return work.Output.Refuse($"group: '{group.Name}' is taken");
            foreach (var role in named)
                await GrantAsync(work, group, role);
            return work.Output.Show(await DocumentAsync(work, group));
        });
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The groups, by name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(work, work.Get<Groups>().ListAsync, Document, "group", "created_at"));
    }

    private static Command Show()
    {
        var (name, paging) = (Name(), new Paging());
        var command = new Command("show", "A group with its roles and how many people are in it; with --members, who.") { name };
        var members = new Option<bool>("--members") { Description = "List the people instead, by user name." };
        command.Add(members);
        paging.AddTo(command);
        return command.Does(async work =>
        {
            if (await FindAsync(work, name) is not { } group)
                return Unknown(work, name);
            return work.Parsed.GetValue(members)
                ? await paging.ShowAsync(
                    work, (after, most, token) => work.Get<Groups>().MembersAsync(group.GroupId, after, most, token), username => new JsonObject { ["username"] = username }, "username")
                : work.Output.Show(await DocumentAsync(work, group));
        });
    }

    private static Command Delete()
    {
        var name = Name();
        return new Command("delete", "Take its roles from its people, and forget it.") { name }.Does(async work =>
        {
            if (await FindAsync(work, name) is not { } group)
                return Unknown(work, name);
            await work.Get<Groups>().DeleteAsync(group.GroupId, work.Installation.Now, CancellationToken.None);
            return work.Output.Say($"Deleted {group.Name}.", new() { ["group"] = group.Name, ["deleted"] = true });
        });
    }

    private static Command GrantRole()
    {
        var (name, role) = (Name(), RoleCommands.Name());
        return new Command("grant-role", "Give everybody in a group a role; it is made where there is none of that name.") { name, role }.Does(async work =>
        {
            if (await FindAsync(work, name) is not { } group)
                return Unknown(work, name);
            if (await RoleCommands.MakeAsync(work, work.Parsed.GetRequiredValue(role)) is { } noRole)
                return work.Output.Refuse(noRole);
            return await GrantAsync(work, group, work.Parsed.GetRequiredValue(role))
                ? work.Output.Show(await DocumentAsync(work, group))
                : work.Output.Refuse($"role: '{group.Name}' has it already");
        });
    }

    private static Command RevokeRole()
    {
        var (name, role) = (Name(), RoleCommands.Name());
        return new Command("revoke-role", "Take from everybody in a group a role that they have by it.") { name, role }.Does(async work =>
        {
            if (await FindAsync(work, name) is not { } group)
                return Unknown(work, name);
            if (await RoleCommands.FindAsync(work, role) is not { } found)
                return RoleCommands.Unknown(work, role);
            return await work.Get<Groups>().RevokeRoleAsync(group.GroupId, found.Id, work.Installation.Now, CancellationToken.None)
                ? work.Output.Show(await DocumentAsync(work, group))
                : work.Output.Refuse($"role: '{group.Name}' doesn't have it");
        });
    }

    private static async Task<bool> GrantAsync(Work work, Group group, string role)
    {
        var found = await work.Get<Microsoft.AspNetCore.Identity.RoleManager<Role>>().FindByNameAsync(role);
        return found is not null && await work.Get<Groups>().GrantRoleAsync(group.GroupId, found.Id, work.Installation.Now, CancellationToken.None);
    }

    private static async Task<JsonObject> DocumentAsync(Work work, Group group)
    {
        var document = Document(group);
        var roles = await work.Get<Groups>().RolesOfAsync(group.GroupId, ClaimMapping.MostRoles, work.Cancellation);
        document["roles"] = new JsonArray([.. roles.Select(role => JsonValue.Create(role))]);
        document["members"] = await work.Get<Groups>().CountAsync(group.GroupId, work.Cancellation);
        return document;
    }

    private static JsonObject Document(Group group) => new() { ["group"] = group.Name, ["created_at"] = Output.Moment(group.CreatedAt) };
}
