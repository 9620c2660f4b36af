using IdentityProvider.Protocol.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage;

/// <summary>What people sign in with: the name of their account, or an address that was shown to be theirs.</summary>
public static class SignInNames
{
    /// <summary>
    /// The account that this text signs in to, by one statement, whoever it is; null where there is none. Where an address is one account's and the
    /// name of another, it is meant as the address: that was proved, and a name only chosen.
    /// </summary>
    public static Task<User?> FindBySignInNameAsync(this UserManager<User> users, string typed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(users);
        var normalized = NormalizedOf(typed);
        return users.Users.Where(Mailboxes.Signing(normalized)).OrderByDescending(Mailboxes.IsByAddress(normalized)).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>As names and addresses are compared.</summary>
    public static string NormalizedOf(string typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        return (EmailAddress.Read(typed)?.Text ?? typed.Trim()).ToUpperInvariant();
    }
}

/// <summary>No name is an address that was shown to be another's: neither by chance nor by design does one stand for two people.</summary>
public sealed class NameIsNobodysAddress(Mailboxes mailboxes) : IUserValidator<User>
{
    public async Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user) =>
        EmailAddress.Read(user.UserName) is { } address && await mailboxes.IsAnothersAsync(address, user.Id)
            ? IdentityResult.Failed(manager.ErrorDescriber.DuplicateUserName(user.UserName!))
            : IdentityResult.Success;
}
