namespace IdentityProvider.Protocol.Users;

/// <summary>People who have their roles together.</summary>
/// <param name="GroupId">Which.</param>
/// <param name="Name">What operators call it, and apps that are told of it.</param>
/// <param name="CreatedAt">Since when it is there.</param>
public sealed record Group(Guid GroupId, string Name, DateTimeOffset CreatedAt);
