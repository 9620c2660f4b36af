using System.CommandLine;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp roles …</c>: what people may be, for the apps and APIs that are told, and what that asks of their sign-in.</summary>
internal static class RoleCommands
{
    public static Command Build() => new("roles", "Roles, which people have by themselves or by a group.") { Create(), List(), Update(), Delete() };

    public static Argument<string> Name() => new("role") { Description = "The role's name." };

    private static Command Create()
    {
        var (name, requireMfa) = (Name(), new Option<bool>("--require-mfa") { Description = "Who has it signs in with a second factor." });
        return new Command("create", "Make a role.") { name, requireMfa }.Does(async work =>
            work.Tell(await work.Get<RoleOperations>().CreateAsync(work.Actor, work.Parsed.GetRequiredValue(name), work.Parsed.GetValue(requireMfa)), role => Show(work, role)),
            work => work.MakeAsync("/roles", new() { ["role"] = work.Text("role"), ["require_mfa"] = work.Parsed.GetValue<bool>("--require-mfa") }));
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The roles, by name.");
        paging.AddTo(command);
        return command.Does(
            work => paging.ShowAsync(work, work.Get<RoleOperations>().ListAsync, RoleOperations.Document, "role", "require_mfa"),
            work => work.ListAsync("/roles", "role", "require_mfa"));
    }

    private static Command Update()
    {
        var name = Name();
        var requireMfa = new Option<bool>("--require-mfa") { Description = "Who has it signs in with a second factor; who is signed in without one is asked for it at the next app." };
        var noRequireMfa = new Option<bool>("--no-require-mfa") { Description = "It asks nothing of a sign-in." };
        var command = new Command("update", "Change what a role asks of those who have it.") { name, requireMfa, noRequireMfa };
        command.Validators.Add(result =>
        {
            if (result.GetValue(requireMfa) == result.GetValue(noRequireMfa))
                result.AddError("Say --require-mfa or --no-require-mfa.");
        });
        return command.Does(async work =>
        {
            if (!(await work.Get<RoleOperations>().FindAsync(work.Parsed.GetRequiredValue(name))).Try(out var role, out var fault))
                return work.Output.Refuse(fault.ToString());
            return work.Tell(await work.Get<RoleOperations>().UpdateAsync(work.Actor, role, work.Parsed.GetValue(requireMfa)), changed => Show(work, changed));
        },
            work => work.ReplaceAsync(HttpMethod.Put, $"/roles/{work.Part("role")}", _ => new() { ["require_mfa"] = work.Parsed.GetValue<bool>("--require-mfa") }));
    }

    private static Command Delete()
    {
        var name = Name();
        return new Command("delete", "Take a role from everybody and every group, and forget it.") { name }.Ends(
            work => work.ForecastAsync(
                work.Get<RoleOperations>().FindAsync(work.Parsed.GetRequiredValue(name)),
                role => $"Would delete the role {role.Name}",
                role => new() { ["role"] = role.Name },
                (role, dependents) => dependents.OfRoleAsync(role.Id, work.Cancellation)),
            async work => work.Tell(
            await work.Get<RoleOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(name)),
            role => work.Output.Say($"Deleted {role.Name}.", new() { ["role"] = role.Name, ["deleted"] = true })),
            work => RemoteCalls.DeleteAsync(work, "/roles", "role"));
    }

    private static int Show(Work work, Role role) => work.Output.Show(RoleOperations.Document(role));
}
