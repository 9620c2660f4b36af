using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.Endpoints.BackchannelAuthentication;
using IdentityProvider.Server.Endpoints.DeviceAuthorization;
using IdentityProvider.Server.Endpoints.Introspection;
using IdentityProvider.Server.Endpoints.Revocation;
using IdentityProvider.Server.Endpoints.Token;
using IdentityProvider.Server.Endpoints.UserInfo;
using IdentityProvider.Server.Http;

namespace IdentityProvider.Server.Endpoints;

/// <summary>The endpoints that give tokens or take them back in: one table of what there is and where it stands.</summary>
public static class TokenEndpoints
{
    public static IServiceCollection AddTokenEndpoints(this IServiceCollection services) => services
        .AddTokenReading()
        .AddSingleton<PublicClientLimit>()
        .AddSingleton<Admission>()
        .AddSingleton<FamilyEnds>()
        .AddSingleton<TokenMint>()
        .AddSingleton<StoredAuthorizationCodes>()
        .AddSingleton<AuthorizationCodeGrant>()
        .AddSingleton<RefreshTokenGrant>()
        .AddSingleton<ClientCredentialsGrant>()
        .AddSingleton<StoredDecoupledRequests>()
        .AddSingleton<DecoupledGrant>()
        .AddSingleton<TokenExchangeGrant>()
        .AddSingleton<Assertions>()
        .AddSingleton<JwtBearerGrant>()
        .AddSingleton<TokenGrants>()
        .AddSingleton<TokenEndpoint>()
        .AddSingleton<DeviceAuthorizationEndpoint>()
        .AddSingleton<NotificationTokens>()
        .AddSingleton<HintedPeople>()
        .AddSingleton<BackchannelAuthenticationEndpoint>()
        .AddSingleton<BackchannelPing>()
        .AddSingleton<UserInfoAnswers>()
        .AddSingleton<UserInfoEndpoint>()
        .AddSingleton<IntrospectionAnswers>()
        .AddSingleton<IntrospectionEndpoint>()
        .AddSingleton<RevocationEndpoint>();

    public static void MapTokenEndpoints(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        routes.MapPost(TokenEndpoint.Path, services.GetRequiredService<TokenEndpoint>().HandleAsync);
        routes.MapPost(BackchannelAuthenticationEndpoint.Path, services.GetRequiredService<BackchannelAuthenticationEndpoint>().HandleAsync);
        routes.MapPost(DeviceAuthorizationEndpoint.Path, services.GetRequiredService<DeviceAuthorizationEndpoint>().HandleAsync);
        routes.MapMethods(UserInfoEndpoint.Path, [HttpMethods.Get, HttpMethods.Post], services.GetRequiredService<UserInfoEndpoint>().HandleAsync);
        routes.MapPost(IntrospectionEndpoint.Path, services.GetRequiredService<IntrospectionEndpoint>().HandleAsync);
        routes.MapPost(RevocationEndpoint.Path, services.GetRequiredService<RevocationEndpoint>().HandleAsync);

        // Those that browser code of another origin calls; an API that introspects is no browser.
        routes.MapPreflight(TokenEndpoint.Path, HttpMethods.Post);
        routes.MapPreflight(DeviceAuthorizationEndpoint.Path, HttpMethods.Post);
        routes.MapPreflight(UserInfoEndpoint.Path, $"{HttpMethods.Get}, {HttpMethods.Post}");
        routes.MapPreflight(RevocationEndpoint.Path, HttpMethods.Post);
    }
}
