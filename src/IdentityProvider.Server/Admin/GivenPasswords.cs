using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Passwords as operators give them: the password, or the hash of one that another system has.</summary>
internal sealed class GivenPasswords(PasswordAcceptance acceptance, Settings settings)
{
    /// <summary>Writes its hash to the account, which the caller stores; what is worth a second thought, or why not.</summary>
    public async Task<Operated<IReadOnlyList<string>>> WriteAsync(User user, GivenPassword given, CancellationToken cancellation)
    {
        if (given.Hash is { } hash)
        {
            var read = PasswordHashRules.Read(hash);
            if (read is not Validated<string>.Valid { Value: var accepted })
                return Fault.Refused(((Validated<string>.Invalid)read).Error);
            user.PasswordHash = accepted;
            return Operated<IReadOnlyList<string>>.Done([], []);
        }

        if (!(await acceptance.AcceptFromOperatorAsync(user, given.Plain ?? "", cancellation)).Try(out var hashed, out var reason))
            return Fault.Refused("password", Words(reason));
        user.PasswordHash = hashed.Hash;
        var least = settings.Passwords.ShortestLength;
        return Operated<IReadOnlyList<string>>.Done(
            PasswordRules.Refuse(given.Plain ?? "", least, []) is null ? [] : [$"The person could not choose one so short themselves: {least} characters is their least."], []);
    }

    private static string Words(Refusal reason) => reason switch
    {
        Refusal.PasswordTooShort => $"must be {PasswordRules.Shortest} characters or more",
        Refusal.PasswordTooLong => $"must be at most {PasswordRules.Longest} characters",
        Refusal.PasswordHasName => "has a name in it, the person's or the site's",
        Refusal.PasswordCommon => "is among the first that anybody tries",
        Refusal.PasswordGuessable => "takes too few guesses; another word or two helps",
        Refusal.PasswordBreached => "is among those that leaked elsewhere",
        _ => "can't be hashed just now; try again",
    };
}

/// <summary>One of the two.</summary>
/// <param name="Plain">The password.</param>
/// <param name="Hash">The hash of one: ASP.NET Core Identity's, or PBKDF2 as Keycloak, Django or passlib write it.</param>
internal sealed record GivenPassword(string? Plain, string? Hash);
