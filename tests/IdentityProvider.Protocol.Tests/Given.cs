using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Protocol.Tests;

/// <summary>Whole, valid things that a test edits by <c>with</c>.</summary>
public static partial class Given
{
    public const string Issuer = "https://issuer.example";

    public static DateTimeOffset Now { get; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Guid UserId { get; } = Guid.Parse("11111111-1111-4111-8111-111111111111");

    public static Guid SessionId { get; } = Guid.Parse("22222222-2222-4222-8222-222222222222");

    /// <summary>The same as tokens name it.</summary>
    public const string Sid = "22222222222242228222222222222222";

    public static Client Client() => new()
    {
        ClientId = "app",
        ClientName = "App",
        RedirectUris = ["https://app.example/cb"],
        PostLogoutRedirectUris = ["https://app.example/bye"],
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        Scope = ScopeSet.Of(["openid", "profile", "email", "offline_access", "notes.read", "notes.write", "files.read"]),
        Resources = [NotesApi().Identifier, FilesApi().Identifier],
    };

    public static Client PublicClient() => Client() with { ClientId = "spa", TokenEndpointAuthMethod = ClientAuthenticationMethod.None };

    /// <summary>Browser code whose refresh token the browser keeps in a cookie.</summary>
    public static Client BrowserClient() => PublicClient() with
    {
        AllowedOrigins = ["https://app.example", "https://two.example"],
        RefreshTokenDelivery = RefreshTokenDelivery.Cookie,
    };

    public static Resource NotesApi() => new()
    {
        Identifier = "https://notes.example",
        Name = "Notes",
        Scopes = [new("notes.read", "Read your notes"), new("notes.write", "Change your notes"), new("notes.admin")],
    };

    public static Resource FilesApi() => new() { Identifier = "https://files.example", Name = "Files", Scopes = [new("files.read", "Read your files")] };

    public static Session Session() => new()
    {
        SessionId = SessionId,
        UserId = UserId,
        AuthTime = Now - TimeSpan.FromMinutes(10),
        Amr = ["pwd"],
        LastUsedAt = Now,
        ExpiresAt = Now + TimeSpan.FromDays(1),
    };

    public static Grant Grant(string scope, params string[] resources) => new()
    {
        UserId = UserId,
        ClientId = "app",
        Scope = ScopeSet.Of(scope.Split(' ')),
        Resources = resources,
        UpdatedAt = Now - TimeSpan.FromDays(1),
    };
}
