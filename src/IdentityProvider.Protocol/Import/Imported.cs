using System.Text.Json.Nodes;
using IdentityProvider.Protocol.AsCode;

namespace IdentityProvider.Protocol.Import;

/// <summary>What another identity provider has, in this one's words (docs/migrating.md).</summary>
public sealed record Imported
{
    /// <summary>Resources, roles, groups and clients, each of which may be registered as it is.</summary>
    public required WrittenConfiguration Configuration { get; init; }

    public IReadOnlyList<ImportedPerson> People { get; init; } = [];

    /// <summary>The clients' secrets of which a hash can be kept, by client.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ImportedSecret>> Secrets { get; init; } = new Dictionary<string, IReadOnlyList<ImportedSecret>>();

    /// <summary>What can't come along, or not as it was.</summary>
    public required IReadOnlyList<LeftBehind> Left { get; init; }
}

/// <summary>A person.</summary>
public sealed record ImportedPerson
{
    /// <summary>What they sign in with.</summary>
    public required string Username { get; init; }

    /// <summary>Their <c>sub</c>, where it is one that can stay; null where they get another.</summary>
    public Guid? Sub { get; init; }

    /// <summary>As <see cref="Users.PasswordHashRules"/> keeps it; null where they have none that can be verified here.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The key of their authenticator app; null where they have none.</summary>
    public byte[]? AuthenticatorKey { get; init; }

    /// <summary>Standard claims, each of which was accepted.</summary>
    public JsonObject Claims { get; init; } = [];

    /// <summary>Roles that they have by themselves.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    public IReadOnlyList<string> Groups { get; init; } = [];

    public bool IsDisabled { get; init; }

    /// <summary>Who they are elsewhere: issuer and subject.</summary>
    public IReadOnlyList<ImportedLink> Links { get; init; } = [];
}

/// <summary>Who a person is elsewhere.</summary>
public sealed record ImportedLink(string Issuer, string Subject);

/// <summary>A client's secret, of which nothing but this is known.</summary>
/// <param name="Hash">SHA-256 of its text.</param>
/// <param name="ExpiresAt">When it ended anyway; null for never.</param>
public sealed record ImportedSecret(byte[] Hash, DateTimeOffset? ExpiresAt);

/// <summary>Something that can't come along, or not as it was.</summary>
/// <param name="Kind">What it belongs to, such as <c>client</c>.</param>
/// <param name="Name">By its name there.</param>
/// <param name="What">The part of it by its name there; empty for the whole.</param>
/// <param name="Why">And what to do about it, in one line.</param>
public sealed record LeftBehind(string Kind, string Name, string What, string Why)
{
    public const string OfClient = "client";
    public const string OfApi = "api";
    public const string OfScope = "scope";
    public const string OfRole = "role";
    public const string OfGroup = "group";
    public const string OfPerson = "user";
    public const string OfServer = "server";
}
