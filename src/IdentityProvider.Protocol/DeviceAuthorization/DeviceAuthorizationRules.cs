using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.DeviceAuthorization;

/// <summary>The request of a device (RFC 8628 §3.1).</summary>
public static class DeviceAuthorizationRules
{
    /// <summary>Time to fetch a phone and to sign in on it.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(10);

    /// <param name="parameters">The form.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="resources">The resources that the client is registered for, those that exist.</param>
    /// <param name="requestId">A new identifier.</param>
    /// <param name="now">The moment.</param>
    public static Decision<DecoupledRequest> Decide(
        Parameters parameters, AuthenticatedClient client, IReadOnlyList<Resource> resources, Guid requestId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(client);

        // 1. The client is registered for this grant (RFC 8628 §3.1, RFC 7591 §2).
        if (!client.Client.Allows(GrantTypes.DeviceCode))
            return client.ClientId == BuiltInClients.CommandLine ? Refusal.CommandLineSignInOff : Refusal.GrantTypeNotAllowedForClient;

        // 2. Scopes and resources that it may have (RFC 6749 §3.3, RFC 8707 §2).
        if (!RequestedAccess.Decide(parameters, client.Client, resources).Try(out var access, out var reason))
            return reason;

        return new DecoupledRequest
        {
            RequestId = requestId,
            Kind = DecoupledKind.Device,
            ClientId = client.ClientId,
            Scope = access.Scope,
            Resources = access.ResourceIdentifiers,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        };
    }
}
