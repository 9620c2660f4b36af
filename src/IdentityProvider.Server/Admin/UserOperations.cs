using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.Accounts;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Admin;

/// <summary>Accounts: making them, what is known of their people, letting them in and keeping them out.</summary>
internal sealed class UserOperations(UserManager<User> manager, AccountStore store, GivenPasswords passwords, RoleOperations roles, AccountEnd end, Desk desk)
{
    /// <summary>By what somebody signs in with.</summary>
    public async Task<Operated<User>> FindAsync(string username) => await manager.FindByNameAsync(username) is { } user ? user : Unknown(username);

    /// <summary>By <c>sub</c>.</summary>
    public async Task<Operated<User>> FindBySubAsync(string sub) =>
        Guid.TryParseExact(sub, "D", out var userId) && await manager.FindByIdAsync(userId.ToString("D")) is { } user ? user : Fault.Unknown("sub", sub, "a user");

    /// <summary>One page, by user name.</summary>
    public Task<IReadOnlyList<User>> ListAsync(UserFilter filter, string? after, int limit, CancellationToken cancellation) => store.Users.ListAsync(filter, after, limit, cancellation);

    /// <summary>Makes an account, with roles that are made where there are none of that name.</summary>
    public async Task<Operated<User>> CreateAsync(Actor actor, NewUser asked, CancellationToken cancellation)
    {
        var read = UserClaimsRules.Read(asked.Claims.Span);
        if (read is not Validated<JsonObject>.Valid { Value: var known })
            return Fault.Refused(((Validated<JsonObject>.Invalid)read).Error);
        foreach (var role in asked.Roles)
        {
            if ((RoleOperations.RefuseName(role) ?? Desk.RefuseRole(actor, role)) is { } badRole)
                return badRole;
        }

        // They are of now, until somebody says otherwise (Core §5.1, updated_at).
        known["updated_at"] ??= desk.Now.ToUnixTimeSeconds();
        var user = new User { Id = asked.Sub ?? desk.Entropy.NewId(), UserName = asked.Username, Claims = known.ToJsonString(), CreatedAt = desk.Now, DisabledAt = asked.IsDisabled ? desk.Now : null };
        if (await SetEmailAsync(user, known, cancellation) is { } taken)
            return taken;
        IReadOnlyList<string>? warnings = [];
        if (asked.Password is { } password && !(await passwords.WriteAsync(user, password, cancellation)).Try(out warnings, out var unfit))
            return unfit;

        // The account last: where something is wrong with it nobody has half an account.
        foreach (var role in asked.Roles)
        {
            if (await roles.MakeAsync(actor, role) is { } noRole)
                return noRole;
        }

        if (FaultOf(await manager.CreateAsync(user)) is { } reason)
            return reason;
        await desk.RecordAsync(AuditAction.UserCreated, actor, AuditTarget.User(user.Id), after: new JsonObject { ["username"] = user.UserName, ["roles"] = Names(asked.Roles) });
        if (asked.Roles.Count > 0 && FaultOf(await manager.AddToRolesAsync(user, asked.Roles.Distinct(StringComparer.OrdinalIgnoreCase))) is { } notIn)
            return notIn;
        return Operated<User>.Done(user, warnings);
    }

    /// <summary>Changes what is known of a person (RFC 7396), where nobody changed the account since it was read. Apps see it at UserInfo at once.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="user">The account as it was read.</param>
    /// <param name="change">One JSON object of standard claims: null takes one away.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<User>> ChangeClaimsAsync(Actor actor, User user, ReadOnlyMemory<byte> change, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        var standing = JsonNode.Parse(user.Claims)!.AsObject();
        var read = UserClaimsRules.ReadChange(change.Span, standing);
        if (read is not Validated<JsonObject>.Valid { Value: var claims })
            return Fault.Refused(((Validated<JsonObject>.Invalid)read).Error);
        if (JsonNode.Parse(change.Span)!["updated_at"] is null)
            claims["updated_at"] = desk.Now.ToUnixTimeSeconds();
        user.Claims = claims.ToJsonString();
        var isSameMailbox = JsonNode.DeepEquals(standing["email"], claims["email"]) && JsonNode.DeepEquals(standing["email_verified"], claims["email_verified"]);
        if (!isSameMailbox && !claims.ContainsKey("email"))
            user.SetEmail(null, isVerified: false, now: null);
        else if (!isSameMailbox && await SetEmailAsync(user, claims, cancellation) is { } taken)
            return taken;
        if (FaultOf(await manager.UpdateAsync(user)) is { } reason)
            return reason;
        if (ProfileRules.ChangesOf(standing, claims) is { Count: > 0 } changes)
            await store.NoteAsync(user.Id, SignInOutcome.ProfileCorrected, cancellation, string.Join(' ', changes));
        await desk.RecordAsync(AuditAction.UserChanged, actor, AuditTarget.User(user.Id), standing, claims);
        return user;
    }

    /// <summary>Keeps a person out: no sign-in, no refresh; every session and every app's access ends.</summary>
    public async Task<Operated<User>> DisableAsync(Actor actor, User user, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        user.DisabledAt ??= desk.Now;
        if (!await ChangeAndEndAsync(user, cancellation))
            return Fault.Changed("user");
        await desk.RecordAsync(AuditAction.UserDisabled, actor, AuditTarget.User(user.Id));
        return user;
    }

    /// <summary>Lets a person in again who was disabled, or locked out by wrong passwords.</summary>
    public async Task<Operated<User>> EnableAsync(Actor actor, User user, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        user.DisabledAt = null;
        if (!await ChangeAsync(user, cancellation))
            return Fault.Changed("user");
        await store.Attempts.ForgetAsync(AttemptKey.OfAccount(user.Id), cancellation);
        await desk.RecordAsync(AuditAction.UserEnabled, actor, AuditTarget.User(user.Id));
        return user;
    }

    /// <summary>Gives a person another password; every session and every app's access ends unless they are kept.</summary>
    public async Task<Operated<User>> SetPasswordAsync(Actor actor, User user, GivenPassword given, bool keepSessions, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        if (!(await passwords.WriteAsync(user, given, cancellation)).Try(out var warnings, out var unfit))
            return unfit;
        if (!await (keepSessions ? ChangeAsync(user, cancellation) : ChangeAndEndAsync(user, cancellation)))
            return Fault.Changed("user");
        await store.NoteAsync(user.Id, SignInOutcome.PasswordGiven, cancellation);
        await store.Attempts.ForgetAsync(AttemptKey.OfAccount(user.Id), cancellation);
        await desk.RecordAsync(AuditAction.UserPasswordSet, actor, AuditTarget.User(user.Id), detail: new JsonObject { ["sessions"] = keepSessions ? "kept" : "ended" });
        return Operated<User>.Done(user, warnings);
    }

    /// <summary>Takes a person's authenticator app, recovery codes and passkeys away; every session and every app's access ends, and they are told.</summary>
    public async Task<Operated<User>> ResetSecondFactorsAsync(Actor actor, User user, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        if (!await store.ResetSecondFactorsAsync(user, desk, cancellation))
            return Fault.Changed("user");
        await desk.RecordAsync(AuditAction.SecondFactorReset, actor, AuditTarget.User(user.Id));
        return user;
    }

    /// <summary>Deletes an account for good, with all that is held on the person.</summary>
    public async Task<Operated<User>> DeleteAsync(Actor actor, User user, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        if (!await end.DeleteAsync(user.Id, http: null))
            return Unknown(user.UserName!);
        await desk.RecordAsync(AuditAction.UserDeleted, actor, AuditTarget.User(user.Id));
        return user;
    }

    /// <summary>Gives a person a role, which is made where there is none of that name.</summary>
    public async Task<Operated<User>> GrantRoleAsync(Actor actor, User user, string role, CancellationToken cancellation)
    {
        if ((await desk.RefuseAccountAsync(actor, user.Id, cancellation) ?? await roles.MakeAsync(actor, role)) is { } fault)
            return fault;
        return await ChangedRoleAsync(actor, user, role, await manager.AddToRoleAsync(user, role), AuditAction.RoleGranted);
    }

    /// <summary>Takes a role from a person; one that they have by a group they keep.</summary>
    public async Task<Operated<User>> RevokeRoleAsync(Actor actor, User user, string role, CancellationToken cancellation)
    {
        if ((await desk.RefuseAccountAsync(actor, user.Id, cancellation) ?? Desk.RefuseRole(actor, role)) is { } fault)
            return fault;
        return await ChangedRoleAsync(actor, user, role, await manager.RemoveFromRoleAsync(user, role), AuditAction.RoleRevoked);
    }

    /// <summary>Of the account as it stands: whoever changes what is known of its person says which they saw.</summary>
    public static string VersionOf(User user) => EntityTag.Of(user.ConcurrencyStamp ?? "");

    private static Fault Unknown(string username) => Fault.Unknown("username", username, "a user");

    // Tokens that live are of before: APIs that look at their status have them refreshed. Also where nothing had to change: an earlier try may
    // have been cut off between the two.
    private async Task<Operated<User>> ChangedRoleAsync(Actor actor, User user, string role, IdentityResult result, AuditAction action)
    {
        await store.Families.MarkStaleAsync(user.Id, desk.Now, CancellationToken.None);
        if (FaultOf(result) is { } reason)
            return reason;
        await desk.RecordAsync(action, actor, AuditTarget.User(user.Id), detail: new JsonObject { ["role"] = role });
        return user;
    }

    // An operator vouches for what they call verified; it is one account's.
    private async Task<Fault?> SetEmailAsync(User user, JsonObject claims, CancellationToken cancellation)
    {
        if (EmailAddress.Read(claims["email"]?.GetValue<string>()) is not { } address)
            return null;
        var isVerified = claims["email_verified"]?.GetValue<bool>() == true;
        user.SetEmail(address.Text, isVerified, now: null);
        return isVerified && await store.Mailboxes.IsTakenAsync(address, user.Id, cancellation) ? Fault.Conflict("email", "belongs to another account") : null;
    }

    private async Task<bool> ChangeAsync(User user, CancellationToken cancellation)
    {
        var stamp = desk.Entropy.NewId().ToString("D");
        if (!await store.Users.ChangeAsync(user, stamp, desk.Now, cancellation))
            return false;
        user.ConcurrencyStamp = stamp;
        return true;
    }

    // A thief may have got offline access, which outlives every session.
    private Task<bool> ChangeAndEndAsync(User user, CancellationToken cancellation) =>
        store.Users.ChangeAndEndAsync(user, desk.Entropy.NewId().ToString("D"), kept: null, FamilyEnd.EndedByOperator, desk.Now, cancellation);

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];

    /// <summary>Identity's first objection, with the member that it is about; null where it has none.</summary>
    internal static Fault? FaultOf(IdentityResult result)
    {
        if (result.Succeeded)
            return null;
        var error = result.Errors.First();
        if (error.Code == nameof(IdentityErrorDescriber.ConcurrencyFailure))
            return Fault.Changed("user");
        var member = error.Code switch
        {
            _ when error.Code.StartsWith("Password", StringComparison.Ordinal) => "password",
            _ when error.Code.Contains("UserName", StringComparison.Ordinal) => "username",
            _ when error.Code.Contains("Role", StringComparison.Ordinal) => "role",
            _ => "user",
        };
        var isConflict = error.Code.StartsWith("Duplicate", StringComparison.Ordinal) || error.Code is nameof(IdentityErrorDescriber.UserAlreadyInRole) or nameof(IdentityErrorDescriber.UserNotInRole);
        var text = error.Description.ReplaceLineEndings(" ");
        return isConflict ? Fault.Conflict(member, text) : Fault.Refused(member, text);
    }
}

/// <summary>An account that is asked for.</summary>
/// <param name="Username">What the person signs in with.</param>
/// <param name="Password">Their first password; null where they have none, as somebody who comes from elsewhere may.</param>
/// <param name="Claims">Standard claims as one JSON object.</param>
/// <param name="Roles">Its roles.</param>
internal sealed record NewUser(string Username, GivenPassword? Password, ReadOnlyMemory<byte> Claims, IReadOnlyList<string> Roles)
{
    /// <summary>Where apps know the person by one already; null for a new one.</summary>
    public Guid? Sub { get; init; }

    /// <summary>Whether it is kept out from the beginning.</summary>
    public bool IsDisabled { get; init; }
}
