using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.DeviceAuthorization;
using Xunit;

namespace IdentityProvider.Protocol.Tests.DeviceAuthorization;

public sealed class DeviceAuthorizationRulesTests
{
    private static readonly Client Device = Given.PublicClient() with { GrantTypes = [GrantTypes.DeviceCode, GrantTypes.RefreshToken], RedirectUris = [] };

    [Fact]
    public void Accepts_scopes_and_resources_that_the_client_may_have()
    {
        var request = Given.Allowed(Decide("scope=openid notes.read"));

        Assert.Equal((DecoupledKind.Device, DecoupledStatus.Pending, "spa"), (request.Kind, request.Status, request.ClientId));
        Assert.Equal("openid notes.read", request.Scope.ToString());
        Assert.Equal(["https://notes.example"], request.Resources);
        Assert.Equal((TimeSpan.FromSeconds(5), Given.Now + TimeSpan.FromMinutes(10)), (request.Interval, request.ExpiresAt));
        Assert.Null(request.UserId);
    }

    [Fact]
    public void Takes_the_resources_that_are_named() =>
        Assert.Equal(["https://files.example"], Given.Allowed(Decide("scope=files.read&resource=https://files.example")).Resources);

    [Fact]
    public void Refuses_a_client_that_is_not_registered_for_it() =>
        Assert.Equal(Refusal.GrantTypeNotAllowedForClient, Given.Refused(Decide("scope=openid", Given.PublicClient())));

    [Theory]
    [InlineData("scope=notes.admin", Refusal.ScopeNotAllowed)]
    [InlineData("scope=openid&resource=https://other.example", Refusal.ResourceNotAllowed)]
    [InlineData("scope=openid&resource=notes", Refusal.ResourceMalformed)]
    public void Refuses_what_the_client_may_not_have(string form, Refusal reason) => Assert.Equal(reason, Given.Refused(Decide(form)));

    private static Decision<DecoupledRequest> Decide(string form, Client? client = null) => DeviceAuthorizationRules.Decide(
        Given.Parameters(form), Given.Authenticated(client ?? Device), [Given.NotesApi(), Given.FilesApi()], Given.FamilyId, Given.Now);
}
