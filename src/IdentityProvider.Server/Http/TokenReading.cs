namespace IdentityProvider.Server.Http;

/// <summary>Registers what reads tokens that come back to us: for the endpoints, and for the commands that look at one.</summary>
public static class TokenReading
{
    public static IServiceCollection AddTokenReading(this IServiceCollection services) => services
        .AddSingleton<People>()
        .AddSingleton<OpaqueAccessTokens>()
        .AddSingleton<AccessTokens>()
        .AddSingleton<AccessTokenStanding>()
        .AddSingleton<RefreshTokens>()
        .AddSingleton<DPoPProofs>()
        .AddSingleton<Senders>();
}
