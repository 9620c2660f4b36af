using System.Text.Json.Nodes;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>One page of a list.</summary>
/// <param name="Items">What is on it.</param>
/// <param name="NextCursor">Where the next begins; absent on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor = null);

/// <summary>A client that was just registered, or came to need a secret: it is told once (RFC 7591 §3.2.1).</summary>
internal sealed record RegisteredClient : ClientMetadata
{
    public string? ClientSecret { get; init; }

    public long? ClientSecretExpiresAt { get; init; }

    public long? ClientIdIssuedAt { get; init; }
}

/// <summary>A secret of a client, without itself.</summary>
internal sealed record SecretDocument(string SecretId, string CreatedAt, string? ExpiresAt = null);

/// <summary>How a client gets another secret.</summary>
/// <param name="KeepOld">Seconds for which those that stand are valid still; a day where it is silent, 0 ends them.</param>
internal sealed record SecretBody(int? KeepOld = null);

/// <summary>A secret, told once.</summary>
internal sealed record SecretAnswer(string ClientId, string SecretId, string ClientSecret, long ClientSecretExpiresAt, long OldSecretsExpireAt);

/// <summary>What a client's partner copies.</summary>
/// <param name="For">What they build with.</param>
/// <param name="Environment">The variables that are set where it runs, with their meanings.</param>
/// <param name="Files">The files.</param>
/// <param name="Notes">What else is to be done or known.</param>
internal sealed record SnippetDocument(string For, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<SnippetFileDocument> Files, IReadOnlyList<string> Notes);

/// <summary>A file of it.</summary>
internal sealed record SnippetFileDocument(string Name, string Language, string Text);

/// <summary>A client's address that was deleted and is to stay away.</summary>
internal sealed record DeniedDocument(string ClientId, string DeniedAt);

/// <summary>A scope, and the API that defines it.</summary>
internal sealed record ScopeDocument(string Scope, string Resource, string? Description = null);

/// <summary>A new account. One of the two of <c>password</c> and <c>password_hash</c>.</summary>
internal sealed record UserBody
{
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>ASP.NET Core Identity's, or PBKDF2 as Keycloak, Django or passlib write it.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Standard claims (OpenID Connect Core §5.1).</summary>
    public JsonObject? Claims { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }
}

/// <summary>What changes of an account (RFC 7396): a null takes a claim away.</summary>
internal sealed record UserChange(JsonObject? Claims = null);

/// <summary>Another password.</summary>
internal sealed record PasswordBody
{
    public string? Password { get; init; }

    public string? PasswordHash { get; init; }

    /// <summary>Leaves the person signed in where they are.</summary>
    public bool? KeepSessions { get; init; }
}

/// <summary>Whom to offer an account.</summary>
internal sealed record InvitationBody
{
    public string? Email { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>Of the mail; English where it is silent.</summary>
    public string? Language { get; init; }
}

/// <summary>An invitation that goes out.</summary>
internal sealed record InvitationDocument(string Email, IReadOnlyList<string> Roles, string ExpiresAt);

/// <summary>A role, and what it asks of those who have it.</summary>
internal sealed record RoleDocument(string Role, bool RequireMfa);

/// <summary>The same as it is written.</summary>
internal sealed record RoleBody(string? Role = null, bool? RequireMfa = null);

/// <summary>A new group.</summary>
internal sealed record GroupBody(string? Group = null, IReadOnlyList<string>? Roles = null);

/// <summary>Somebody in a group.</summary>
internal sealed record MemberDocument(string Username);

/// <summary>How many ended.</summary>
internal sealed record EndedDocument(int Ended);

/// <summary>Whether the new keys sign at once, before caches have them.</summary>
internal sealed record RotationBody(bool? Now = null);

/// <summary>A token that somebody has at hand.</summary>
internal sealed record TokenBody(string? Token = null);

/// <summary>A document of docs/as-code.md. A section that isn't there says nothing of its kind.</summary>
internal sealed record ConfigurationBody
{
    public required int Format { get; init; }

    public IReadOnlyList<ResourceMetadata>? Resources { get; init; }

    public IReadOnlyList<RoleMetadata>? Roles { get; init; }

    public IReadOnlyList<GroupMetadata>? Groups { get; init; }

    public IReadOnlyList<ClientMetadata>? Clients { get; init; }
}

/// <summary>Steps that would be taken, or were.</summary>
internal sealed record PlanDocument
{
    public required bool Applied { get; init; }

    public required IReadOnlyList<StepDocument> Steps { get; init; }

    /// <summary>Of a plan: what is worth a second thought.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Why not all steps were taken; absent where all were.</summary>
    public string? Problem { get; init; }
}

/// <summary>A step.</summary>
internal sealed record StepDocument
{
    /// <summary><c>create</c>, <c>change</c> or <c>delete</c>.</summary>
    public required string Action { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<ChangeDocument> Changes { get; init; }

    /// <summary>Told once, where it was just made.</summary>
    public string? ClientSecret { get; init; }

    public long? ClientSecretExpiresAt { get; init; }
}

/// <summary>A member before and after; null where it is not there.</summary>
internal sealed record ChangeDocument(string Member, JsonNode? Before, JsonNode? After);

/// <summary>What clients that register themselves may have.</summary>
internal sealed record PolicyBody : RegistrationPolicyMetadata
{
    /// <summary><c>token</c>, <c>open</c> or <c>documents</c>.</summary>
    public string? For { get; init; }

    /// <summary>Seconds for which clients can be registered by it; for ever where it is silent.</summary>
    public int? ExpiresIn { get; init; }
}

/// <summary>A policy as it stands.</summary>
internal sealed record PolicyDocument : RegistrationPolicyMetadata
{
    public required string PolicyId { get; init; }

    /// <summary>Told once, where it was just made.</summary>
    public string? InitialAccessToken { get; init; }

    public required string For { get; init; }

    public int Clients { get; init; }

    public string? CreatedAt { get; init; }

    public string? ExpiresAt { get; init; }

    public string? RevokedAt { get; init; }
}

/// <summary>What becomes of a stream of security events.</summary>
/// <param name="Status"><c>enabled</c>, <c>paused</c> or <c>disabled</c>.</param>
/// <param name="Reason">Why, for its receiver.</param>
internal sealed record StreamStatusBody(string? Status = null, string? Reason = null);
