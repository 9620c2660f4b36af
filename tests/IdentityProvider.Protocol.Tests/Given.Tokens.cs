using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Keys;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests;

public static partial class Given
{
    public const string Secret = "a-secret-of-256-bits-a-secret-of-256-bits-0";

    /// <summary>RFC 7636 appendix B's pair.</summary>
    public const string CodeVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public const string CodeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    public static TimeSpan IdleLimit { get; } = TimeSpan.FromHours(12);

    public static Guid FamilyId { get; } = Guid.Parse("33333333-3333-4333-8333-333333333333");

    /// <summary>What the master key gives for refresh tokens.</summary>
    public static byte[] RefreshKey { get; } = SHA256.HashData("refresh-token"u8);

    /// <summary>What the master key gives for opaque access tokens.</summary>
    public static byte[] OpaqueKey { get; } = SHA256.HashData("opaque-access-token"u8);

    public static SigningKey SigningKey { get; } = SigningKey.Generate(SignatureAlgorithm.RS256);

    public static JsonWebKeySet Jwks { get; } = new([SigningKey.PublicKey]);

    public static Client ConfidentialClient() => Client() with { Secrets = [SecretOf(Secret)] };

    public static ClientSecret SecretOf(string secret, DateTimeOffset? expiresAt = null) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(secret)), Now - TimeSpan.FromDays(30), expiresAt);

    /// <summary>The client as its authentication rule lets it through.</summary>
    public static AuthenticatedClient Authenticated(Client client)
    {
        var known = client.IsPublic ? client : client with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost, Secrets = [SecretOf(Secret)] };
        var form = client.IsPublic ? $"client_id={client.ClientId}" : $"client_id={client.ClientId}&client_secret={Secret}";
        return Allowed(ClientAuthenticationRules.Decide(Allowed(ClientAuthenticationRules.Read(null, Parameters(form))), known, Now));
    }

    public static Parameters Parameters(string form) => Allowed(Protocol.Parameters.Parse(Encoding.UTF8.GetBytes(form)));

    public static TRequest TokenRequest<TRequest>(string form, Client? client = null)
        where TRequest : TokenRequest =>
        Assert.IsType<TRequest>(Allowed(TokenRequestRules.Read(Parameters(form), Authenticated(client ?? ConfidentialClient()), [])));

    public static UserClaims User() => new(UserId, "alice", new JsonObject { ["name"] = "Alice Adams", ["email"] = "alice@example.com", ["email_verified"] = true }, IsActive: true);

    public static AuthorizationCode Code() => new()
    {
        ClientId = "app",
        UserId = UserId,
        SessionId = SessionId,
        RedirectUri = "https://app.example/cb",
        Scope = ScopeSet.Of(["openid", "notes.read"]),
        Resources = [NotesApi().Identifier],
        CodeChallenge = CodeChallenge,
        Nonce = "n-0S6_WzA2Mj",
        AuthTime = Session().AuthTime,
        Amr = ["pwd"],
        Acr = "1",
        ExpiresAt = Now + AuthorizationCode.Lifetime,
    };

    public static TokenFamily Family() => new()
    {
        FamilyId = FamilyId,
        ClientId = "app",
        UserId = UserId,
        SessionId = SessionId,
        Scope = ScopeSet.Of(["openid", "notes.read", "notes.write"]),
        Resources = [NotesApi().Identifier],
        AuthTime = Session().AuthTime,
        Amr = ["pwd"],
        Acr = "1",
        Generation = 7,
        RotatedAt = Now - TimeSpan.FromMinutes(5),
        CreatedAt = Now - TimeSpan.FromHours(1),
        ExpiresAt = Now + TimeSpan.FromDays(20),
    };

    /// <summary>The plan of a code exchange that is allowed.</summary>
    public static TokenPlan Plan(AuthorizationCode? code = null, Client? client = null, Resource? api = null)
    {
        var request = TokenRequest<TokenRequest.AuthorizationCode>(
            $"grant_type=authorization_code&code=c&redirect_uri=https://app.example/cb&code_verifier={CodeVerifier}");
        var facts = new AuthorizationCodeFacts(code ?? Code(), User(), Session(), [api ?? NotesApi()]);
        var decision = AuthorizationCodeRules.Decide(request, Authenticated(client ?? ConfidentialClient()), facts, IdleLimit, FamilyId, Now);
        return Assert.IsType<AuthorizationCodeDecision.Issue>(decision).Plan;
    }

    /// <summary>An access token of <see cref="FamilyId"/>, as text.</summary>
    public static string AccessToken(AuthorizationCode? code = null) =>
        Protocol.Tokens.AccessToken.Sign(Plan(code).AccessToken, SigningKey, Issuer, TokenIdentifier.InFamily(FamilyId, [1, 2, 3, 4, 5, 6, 7, 8]));

    public static VerifiedAccessToken VerifiedAccessToken(AuthorizationCode? code = null) =>
        Allowed(Protocol.Tokens.VerifiedAccessToken.Verify(AccessToken(code), Jwks, Issuer, Now));

    /// <summary>The same as an opaque one, as text: what an API that asks about each gets.</summary>
    public static string OpaqueAccessToken(TokenPlan? plan = null, byte[]? key = null) => Protocol.Tokens.OpaqueAccessToken.Seal(
        (plan ?? Plan(api: NotesApi() with { Revocation = RevocationStyle.Introspection })).AccessToken,
        Issuer,
        TokenIdentifier.InFamily(FamilyId, [1, 2, 3, 4, 5, 6, 7, 8]),
        key ?? OpaqueKey,
        SHA256.HashData("salt"u8).AsSpan(0, SealedData.SaltLength));

    /// <summary>A token that the client got on its own behalf.</summary>
    public static VerifiedAccessToken ClientsOwnAccessToken()
    {
        var client = ConfidentialClient() with { GrantTypes = [GrantTypes.ClientCredentials], Resources = [NotesApi().Identifier] };
        var request = TokenRequest<TokenRequest.ClientCredentials>("grant_type=client_credentials&scope=notes.read", client);
        var plan = Allowed(ClientCredentialsRules.Decide(request, Authenticated(client), [NotesApi()], Now));
        var jwt = Protocol.Tokens.AccessToken.Sign(plan.AccessToken, SigningKey, Issuer, TokenIdentifier.Alone(new byte[16]));
        return Allowed(Protocol.Tokens.VerifiedAccessToken.Verify(jwt, Jwks, Issuer, Now));
    }

    public static RefreshToken RefreshToken(int generation)
    {
        // The only public way to one is to read it, so the text is built here as RefreshToken documents it.
        byte[] signed = [1, .. FamilyId.ToByteArray(bigEndian: true), .. BigEndian(generation)];
        return Allowed(Protocol.Tokens.RefreshToken.Parse(CanonicalBase64Url.Encode([.. signed, .. HMACSHA256.HashData(RefreshKey, signed)]), RefreshKey));
    }

    public static JsonElement Claims(string jwt) =>
        JsonDocument.Parse(CanonicalBase64Url.DecodeOrNull(jwt.Split('.')[1])).RootElement;

    public static JsonElement Written(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return JsonDocument.Parse(buffer.ToArray()).RootElement;
    }

    public static IEnumerable<string> Names(this JsonElement json) => json.EnumerateObject().Select(member => member.Name);

    public static T Allowed<T>(Decision<T> decision)
        where T : class => Assert.IsType<Decision<T>.Allowed>(decision).Value;

    public static Refusal Refused<T>(Decision<T> decision)
        where T : class => Assert.IsType<Decision<T>.Refused>(decision).Reason;

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
