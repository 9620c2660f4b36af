using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>What is known of a person whom tokens are about: with their roles and groups where the app or an API is to be told of them, and only there.</summary>
public sealed class People(Users users, Registry registry)
{
    /// <param name="userId">Who.</param>
    /// <param name="clientId">Which app the tokens are of.</param>
    /// <param name="resources">The APIs that they may be for.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<UserClaims?> FindAsync(Guid userId, string clientId, IReadOnlyList<Resource> resources, CancellationToken cancellation) =>
        await CompleteAsync(await users.FindClaimsAsync(userId, cancellation), clientId, resources, cancellation);

    /// <summary>The same of somebody who was read already, before their roles: <see cref="UserClaims.RoleChanges"/> tells whether those changed since.</summary>
    public async Task<UserClaims?> CompleteAsync(UserClaims? user, string clientId, IReadOnlyList<Resource> resources, CancellationToken cancellation)
    {
        if (user is null)
            return null;
        var client = await registry.FindClientAsync(clientId, cancellation);
        if (resources.Any(resource => resource.Claims.NeedsRoles) || client is { NeedsRoles: true })
            user = user with { Roles = await users.FindRolesAsync(user.UserId, cancellation) };
        if (resources.Any(resource => resource.Claims.NeedsGroups) || client is { NeedsGroups: true })
            user = user with { Groups = await users.FindGroupsAsync(user.UserId, cancellation) };
        return user;
    }
}
