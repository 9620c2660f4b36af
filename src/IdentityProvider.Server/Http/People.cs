using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Http;

/// <summary>What is known of a person whom tokens are about: with their roles where the app or an API is to be told of them, and only there.</summary>
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
        return resources.Any(resource => resource.Claims.NeedsRoles) || await registry.FindClientAsync(clientId, cancellation) is { NeedsRoles: true }
            ? user with { Roles = await users.FindRolesAsync(userId, cancellation) }
            : user;
    }
}
