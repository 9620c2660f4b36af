using IdentityProvider.Protocol.Audit;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>Whole records to start from; a test edits them by <c>with</c>.</summary>
internal static class Given
{
    private static int _ids;

    /// <summary>A moment with a part that no database keeps, to see that it does no harm.</summary>
    public static DateTimeOffset Now { get; } = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    public static Guid NewId() => new(Interlocked.Increment(ref _ids), 7, 7, [1, 2, 3, 4, 5, 6, 7, 8]);

    public static Client Client(string clientId = "shop") => new()
    {
        ClientId = clientId,
        ClientName = "The shop, größer",
        ApplicationType = ApplicationType.Native,
        RedirectUris = ["https://shop.example/callback", "http://127.0.0.1/callback"],
        PostLogoutRedirectUris = ["https://shop.example/bye"],
        GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost,
        Scope = ScopeSet.Of(["openid", "orders:read"]),
        Resources = ["https://api.example/orders"],
        Introspects = ["https://api.example/stock"],
        AllowedOrigins = ["https://shop.example"],
        RequirePkce = false,
        RequireConsent = false,
        RequireMfa = true,
        IdTokenSignedResponseAlg = SignatureAlgorithm.ES256,
        DefaultMaxAge = 3600,
        BackchannelLogoutSessionRequired = true,
        FrontchannelLogoutUri = "https://shop.example/bye",
        FrontchannelLogoutSessionRequired = true,
        ClientUri = "https://shop.example/",
        LogoUri = "https://shop.example/logo.png",
        PolicyUri = "https://shop.example/policy",
        TosUri = "https://shop.example/terms",
        Contacts = ["help@shop.example"],
    };

    public static Resource Resource(string identifier = "https://api.example/orders") => new()
    {
        Identifier = identifier,
        Name = "Orders",
        Scopes = [new ResourceScope("orders:read", "See your orders"), new ResourceScope("orders:write")],
        Revocation = RevocationStyle.Expiry,
        AccessTokenLifetime = TimeSpan.FromMinutes(5),
        SigningAlg = SignatureAlgorithm.PS256,
    };

    public static Session Session() => new()
    {
        SessionId = NewId(),
        UserId = NewId(),
        AuthTime = Now,
        Amr = ["pwd", "otp"],
        Acr = "2",
        SecondFactorRemembered = true,
        LastUsedAt = Now,
        ExpiresAt = Now.AddHours(12),
        Address = "192.0.2.7",
        UserAgent = "A browser",
    };

    public static AuthorizationCode Code(Session session) => new()
    {
        ClientId = "shop",
        UserId = session.UserId,
        SessionId = session.SessionId,
        RedirectUri = "https://shop.example/callback",
        Scope = ScopeSet.Of(["openid", "orders:read"]),
        Resources = ["https://api.example/orders", "https://api.example/stock"],
        CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        Nonce = "n-0S6_WzA2Mj",
        AuthTime = session.AuthTime,
        Amr = session.Amr,
        Acr = session.Acr,
        Terms = new GrantTerms { Confirmation = new Confirmation { JwkThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } },
        ExpiresAt = Now + AuthorizationCode.Lifetime,
    };

    public static TokenFamily Family(Session session) => new()
    {
        FamilyId = NewId(),
        ClientId = "shop",
        UserId = session.UserId,
        SessionId = session.SessionId,
        Scope = ScopeSet.Of(["openid", "orders:read"]),
        Resources = ["https://api.example/orders"],
        AuthTime = session.AuthTime,
        Amr = session.Amr,
        Acr = session.Acr,
        Terms = new GrantTerms { Confirmation = new Confirmation { JwkThumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } },
        RotatedAt = Now,
        CreatedAt = Now,
        ExpiresAt = Now + TokenFamily.Lifetime,
    };

    public static StoredSigningKey Key(string kid = "k1", int generation = 1) => new()
    {
        Kid = kid,
        Algorithm = "RS256",
        Generation = generation,
        PublicJwk = $$"""{"kty":"RSA","kid":"{{kid}}","e":"AQAB","n":"AQ"}""",
        EncryptedPrivateKey = [1, 2, 3],
        AnnouncedAt = Now,
        ActiveAt = Now.AddHours(2),
        RetiredAt = Now.AddDays(90),
        GoneAt = Now.AddDays(91),
    };

    public static AuditEvent AuditEvent() => new()
    {
        EventId = NewId(),
        At = Kept(Now),
        Action = AuditActions.NameOf(AuditAction.ClientCreated),
        Actor = new AuditActor(AuditActorKind.Command, "test"),
        Target = AuditTarget.Client("shop"),
    };

    /// <summary>A session that is stored, and its code, and a family that redeemed it.</summary>
    public static async Task<(Session Session, TokenFamily Family)> SignInAsync(
        this TestStorage storage, int seed = 1, Func<TokenFamily, TokenFamily>? change = null)
    {
        var session = Session();
        await storage.Sessions.AddAsync(session, Bytes(seed, 1));
        await storage.Codes.AddAsync(Bytes(seed, 2), Code(session));
        var family = change is null ? Family(session) : change(Family(session));
        Assert.True(await storage.Codes.RedeemAsync(Bytes(seed, 2), family, null, Now));
        return (session, family);
    }

    public static byte[] Bytes(int seed, int kind) => [.. Enumerable.Repeat((byte)kind, 28), .. BitConverter.GetBytes(seed)];

    /// <summary>A moment as it comes back: whole microseconds.</summary>
    public static DateTimeOffset Kept(DateTimeOffset time) => new(time.UtcTicks / 10 * 10, TimeSpan.Zero);
}
