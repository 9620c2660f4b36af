using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp groups …</c>: people who have their roles together.</summary>
internal static class GroupCommands
{
    public static Command Build() => new("groups", "People who have their roles together.") { Create(), List(), Show(), Delete(), GrantRole(), RevokeRole() };

    public static Argument<string> Name() => new("group") { Description = "The group's name." };

    private static Command Create()
    {
        var name = Name();
        var roles = new Option<string[]>("--role") { Description = "A role that everybody in it has; made where there is none of that name. May be repeated.", HelpName = "name" };
        return new Command("create", "Make a group.") { name, roles }.Does(async work =>
            await ShowAsync(work, await work.Get<GroupOperations>().CreateAsync(work.Actor, work.Parsed.GetRequiredValue(name), work.Parsed.GetValue(roles) ?? [], work.Cancellation)),
            work => work.MakeAsync("/groups", new() { ["group"] = work.Text("group"), ["roles"] = RemoteCalls.Names(work, "--role") }));
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The groups, by name.");
        paging.AddTo(command);
        return command.Does(
            work => paging.ShowAsync(work, work.Get<GroupOperations>().ListAsync, Document, "group", "created_at"),
            work => work.ListAsync("/groups", "group", "created_at"));
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
            var operations = work.Get<GroupOperations>();
            var found = await operations.FindAsync(work.Parsed.GetRequiredValue(name), work.Cancellation);
            return work.Parsed.GetValue(members)
                ? await work.TellAsync(found, group => paging.ShowAsync(
                    work, (after, most, token) => operations.MembersAsync(group, after, most, token), username => new JsonObject { ["username"] = username }, "username"))
                : await ShowAsync(work, found);
        },
            work => work.Parsed.GetValue<bool>("--members") ? work.ListAsync($"/groups/{work.Part("group")}/members", "username") : work.ShowAsync($"/groups/{work.Part("group")}"));
    }

    private static Command Delete()
    {
        var name = Name();
        return new Command("delete", "Take its roles from its people, and forget it.") { name }.Ends(
            work => work.ForecastAsync(
                work.Get<GroupOperations>().FindAsync(work.Parsed.GetRequiredValue(name), work.Cancellation),
                group => $"Would delete the group {group.Name}",
                group => new() { ["group"] = group.Name },
                (group, dependents) => dependents.OfGroupAsync(group.GroupId, work.Cancellation)),
            async work => work.Tell(
            await work.Get<GroupOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(name), work.Cancellation),
            group => work.Output.Say($"Deleted {group.Name}.", new() { ["group"] = group.Name, ["deleted"] = true })),
            work => RemoteCalls.DeleteAsync(work, "/groups", "group"));
    }

    private static Command GrantRole()
    {
        var (name, role) = (Name(), RoleCommands.Name());
        return new Command("grant-role", "Give everybody in a group a role; it is made where there is none of that name.") { name, role }.Does(async work => await ShowAsync(
            work, await work.Get<GroupOperations>().GrantRoleAsync(work.Actor, work.Parsed.GetRequiredValue(name), work.Parsed.GetRequiredValue(role), work.Cancellation)),
            work => RemoteCalls.GroupRoleAsync(work, HttpMethod.Put));
    }

    private static Command RevokeRole()
    {
        var (name, role) = (Name(), RoleCommands.Name());
        return new Command("revoke-role", "Take from everybody in a group a role that they have by it.") { name, role }.Does(async work => await ShowAsync(
            work, await work.Get<GroupOperations>().RevokeRoleAsync(work.Actor, work.Parsed.GetRequiredValue(name), work.Parsed.GetRequiredValue(role), work.Cancellation)),
            work => RemoteCalls.GroupRoleAsync(work, HttpMethod.Delete));
    }

    private static Task<int> ShowAsync(Work work, Operated<Group> operated) => work.TellAsync(operated, async group =>
        work.Output.Show(JsonSerializer.SerializeToNode(await work.Get<GroupOperations>().DocumentAsync(group, work.Cancellation), AdminJson.Default.GroupDocument)!.AsObject()));

    private static JsonObject Document(Group group) => JsonSerializer.SerializeToNode(GroupOperations.Summary(group), AdminJson.Default.GroupSummary)!.AsObject();
}
