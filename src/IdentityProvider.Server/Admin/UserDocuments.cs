using System.Text.Json.Nodes;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Admin;

/// <summary>Gathers what is known of an account.</summary>
internal sealed class UserDocuments(UserManager<User> manager, Storage.Users users, Attempts attempts, SecondFactors factors, TimeProvider clock)
{
    public static UserSummary Summary(User user) => new()
    {
        Sub = user.Id.ToString("D"),
        Username = user.UserName,
        Disabled = user.IsDisabled,
        CreatedAt = Moments.Text(user.CreatedAt),
        Claims = JsonNode.Parse(user.Claims)!.AsObject(),
    };

    public async Task<UserDocument> OfAsync(User user, CancellationToken cancellation)
    {
        var summary = Summary(user);
        var account = await factors.FindAsync(user.Id, cancellation);
        return new UserDocument
        {
            Sub = summary.Sub,
            Username = summary.Username,
            Disabled = summary.Disabled,
            CreatedAt = summary.CreatedAt,
            Claims = summary.Claims,
            LockedUntil = (await attempts.FindAsync(AttemptKey.OfAccount(user.Id), cancellation))?.NextAt is { } end && end > clock.GetUtcNow() ? Moments.Text(end) : null,
            Roles = [.. await manager.GetRolesAsync(user)],
            Groups = await users.FindGroupsAsync(user.Id, cancellation),
            EffectiveRoles = await users.FindRolesAsync(user.Id, cancellation),
            Links = [.. (await manager.GetLoginsAsync(user)).Select(link => new LinkDocument(link.LoginProvider, link.ProviderKey))],
            SecondFactors = new(account.HasAuthenticator, account.RecoveryCodes, account.Passkeys, account.IsRequiredByRole),
        };
    }
}
