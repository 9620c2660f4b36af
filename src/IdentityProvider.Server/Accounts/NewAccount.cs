using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Accounts;

/// <summary>An account that is inserted together with the link that it comes from, so that Identity's manager fills in nothing.</summary>
internal static class NewAccount
{
    /// <param name="entropy">Gives its subject and its stamps.</param>
    /// <param name="username">Its name.</param>
    /// <param name="claims">What is known of its person, but for the address.</param>
    /// <param name="email">An address that was shown to be theirs; null for none.</param>
    /// <param name="now">The moment.</param>
    public static User Of(Entropy entropy, string username, JsonObject claims, string? email, DateTimeOffset now)
    {
        var user = new User
        {
            Id = entropy.NewId(),
            UserName = username,
            NormalizedUserName = EmailAddress.NormalizedOf(username),
            SecurityStamp = entropy.NewId().ToString("D"),
            ConcurrencyStamp = entropy.NewId().ToString("D"),
            Claims = claims.ToJsonString(),
            CreatedAt = now,
        };
        user.SetEmail(email, isVerified: email is not null, now);
        return user;
    }
}
