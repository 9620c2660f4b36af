using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp roles …</c>: what people may be, for the apps and APIs that are told, and what that asks of their sign-in.</summary>
internal static class RoleCommands
{
    public const string BadName = "role: must be plain text of at most 100 characters";

    private const int LongestName = 100;

    public static Command Build() => new("roles", "Roles, which people have by themselves or by a group.") { Create(), List(), Update(), Delete() };

    public static Argument<string> Name() => new("role") { Description = "The role's name." };

    public static bool IsName(string name) => PlainText.IsPlain(name, LongestName);

    public static int Unknown(Work work, Argument<string> name) => work.Output.Refuse($"role: '{work.Parsed.GetRequiredValue(name)}' is not a role here");

    public static async Task<Role?> FindAsync(Work work, Argument<string> name) => await work.Get<RoleManager<Role>>().FindByNameAsync(work.Parsed.GetRequiredValue(name));

    /// <summary>Makes the role where there is none of that name; why not, or null.</summary>
    public static async Task<string?> MakeAsync(Work work, string name)
    {
        if (!IsName(name))
            return BadName;
        var roles = work.Get<RoleManager<Role>>();
        return await roles.RoleExistsAsync(name) ? null : Refusal(await roles.CreateAsync(new Role { Id = work.Get<Entropy>().NewId(), Name = name }));
    }

    private static Command Create()
    {
        var (name, requireMfa) = (Name(), new Option<bool>("--require-mfa") { Description = "Who has it signs in with a second factor." });
        return new Command("create", "Make a role.") { name, requireMfa }.Does(async work =>
        {
            var role = new Role { Id = work.Get<Entropy>().NewId(), Name = work.Parsed.GetRequiredValue(name), RequireMfa = work.Parsed.GetValue(requireMfa) };
            if (!IsName(role.Name))
                return work.Output.Refuse(BadName);
            return Refusal(await work.Get<RoleManager<Role>>().CreateAsync(role)) is { } reason ? work.Output.Refuse(reason) : work.Output.Show(Document(role));
        });
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The roles, by name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(work, work.Get<Roles>().ListAsync, Document, "role", "require_mfa"));
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
            if (await FindAsync(work, name) is not { } role)
                return Unknown(work, name);
            role.RequireMfa = work.Parsed.GetValue(requireMfa);
            return Refusal(await work.Get<RoleManager<Role>>().UpdateAsync(role)) is { } reason ? work.Output.Refuse(reason) : work.Output.Show(Document(role));
        });
    }

    private static Command Delete()
    {
        var name = Name();
        return new Command("delete", "Take a role from everybody and every group, and forget it.") { name }.Does(async work =>
        {
            if (await FindAsync(work, name) is not { } role)
                return Unknown(work, name);
            await work.Get<Roles>().DeleteAsync(role.Id, work.Installation.Now, CancellationToken.None);
            return work.Output.Say($"Deleted {role.Name}.", new() { ["role"] = role.Name, ["deleted"] = true });
        });
    }

    private static JsonObject Document(Role role) => new() { ["role"] = role.Name, ["require_mfa"] = role.RequireMfa };

    private static string? Refusal(IdentityResult result) => result.Succeeded ? null : $"role: {result.Errors.First().Description.ReplaceLineEndings(" ")}";
}
