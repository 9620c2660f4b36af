using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.Advice;

/// <summary>What to set, and why. Made by <see cref="AdviceRules.Decide"/> alone.</summary>
public sealed class TokenAdvice
{
    internal TokenAdvice(ApiAdvice api, ResourceMetadata resource, IReadOnlyList<ClientAdvice> clients)
    {
        Api = api;
        Resource = resource;
        Clients = clients;
    }

    public ApiAdvice Api { get; }

    /// <summary>As <c>idp resources create --file</c> takes it.</summary>
    public ResourceMetadata Resource { get; }

    /// <summary>One for each kind of client, and one for who asks about tokens where somebody does.</summary>
    public IReadOnlyList<ClientAdvice> Clients { get; }
}

/// <summary>A row of docs/choosing.md's table: how the API's tokens are taken back.</summary>
/// <param name="Revocation">The style.</param>
/// <param name="AccessTokenLifetime">How long a token lives.</param>
/// <param name="CheckedBy">Who looks at each token.</param>
/// <param name="Reasons">Why, a sentence each.</param>
public sealed record ApiAdvice(RevocationStyle Revocation, TimeSpan AccessTokenLifetime, Checkpoint CheckedBy, IReadOnlyList<string> Reasons);

/// <summary>Where tokens are verified.</summary>
public enum Checkpoint
{
    /// <summary>Every service by itself.</summary>
    EachService,

    /// <summary>A gateway, for all behind it.</summary>
    Gateway,
}

/// <summary>How one kind of client is built.</summary>
/// <param name="Name">The kind, or <c>api</c> for who introspects.</param>
/// <param name="Example">Where to copy from.</param>
/// <param name="Metadata">As <c>idp clients create --file</c> takes it; the addresses are examples.</param>
/// <param name="Reason">Why so.</param>
public sealed record ClientAdvice(string Name, string Example, ClientMetadata Metadata, string Reason);
