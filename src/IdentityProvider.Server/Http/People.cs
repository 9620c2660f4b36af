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
    public async Task<UserClaims?> FindAsync(Guid userId, string clientId, IReadOnlyList<Resource> resources, CancellationToken cancellation)
    {
        if (await users.FindClaimsAsync(userId, cancellation) is not { } user)
            return null;
        var client = await registry.FindClientAsync(clientId, cancellation);
        if (resources.Any(resource => resource.Claims.NeedsRoles) || client is { NeedsRoles: true })
            user = user with { Roles = await users.FindRolesAsync(userId, cancellation) };
        if (resources.Any(resource => resource.Claims.NeedsGroups) || client is { NeedsGroups: true })
            user = user with { Groups = await users.FindGroupsAsync(userId, cancellation) };
        return user;
    }
}
