using System.Net;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>What apps and APIs ask all day, each kind once and with its right answer.</summary>
internal static class EveryRequest
{
    public static async Task OnceAsync(SignedIn idp)
    {
        var tokens = await idp.TokensAsync(SignedIn.App, "openid offline_access notes.read");
        var next = await idp.RefreshAsync(SignedIn.App, tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, next.Status);
        Assert.Equal(HttpStatusCode.OK, (await idp.UserInfoAsync(next.AccessToken)).Status);
        Assert.Equal("True", (await idp.IntrospectAsync(SignedIn.Api, next.AccessToken))["active"]);
        Assert.Equal(HttpStatusCode.OK, (await idp.PostAsync("/revoke", SignedIn.App, ("token", next.RefreshToken))).Status);
        Assert.Equal("False", (await idp.IntrospectAsync(SignedIn.Api, next.AccessToken))["active"]);
        Assert.Equal("invalid_grant", (await idp.RefreshAsync(SignedIn.App, next.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.OK, (await idp.PostAsync("/token", SignedIn.Machine, ("grant_type", "client_credentials"))).Status);
    }
}
