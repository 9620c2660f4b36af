using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Status;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Status;

/// <summary>The three signed forms: each has a type of its own, so none is taken for another, nor for an access token.</summary>
public sealed class StatusTokensTests
{
    private static readonly StatusChange Change =
        new(7, 3, 9, [new StatusRange(7, 10, 2, StatusValue.Invalid), new StatusRange(7, 64, 1, StatusValue.Stale)]);

    [Fact]
    public void A_list_has_the_members_of_the_draft()
    {
        var claims = Verify(StatusListToken.Sign(Given.SigningKey, Given.Issuer, 7, 9, new StatusBits(16, 2).Compress(), Given.Now), "statuslist+jwt");

        Assert.Equal(Given.Issuer + "/status/7", claims.GetProperty("sub").GetString());
        Assert.Equal(Given.Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(Given.Now.ToUnixTimeSeconds() + 600, claims.GetProperty("exp").GetInt64());
        Assert.Equal(60, claims.GetProperty("ttl").GetInt64());
        Assert.Equal(9, claims.GetProperty("ver").GetInt64());
        var list = claims.GetProperty("status_list");
        Assert.Equal(2, list.GetProperty("bits").GetInt32());
        Assert.Equal(Given.Issuer + "/status", list.GetProperty("aggregation_uri").GetString());
        Assert.NotEmpty(list.GetProperty("lst").GetString()!);
    }

    [Fact]
    public void An_event_says_what_is_set_and_between_which_versions()
    {
        var claims = Verify(StatusEvent.Sign(Given.SigningKey, Given.Issuer, Change, Given.Now), "statusevent+jwt");

        Assert.Equal(Given.Issuer + "/status/7", claims.GetProperty("sub").GetString());
        Assert.Equal((3, 9), (claims.GetProperty("prev").GetInt64(), claims.GetProperty("ver").GetInt64()));
        Assert.Equal("[[10,2,1],[64,1,3]]", claims.GetProperty("changes").GetRawText());
    }

    [Fact]
    public void A_heartbeat_names_each_list_s_version_and_the_jwks()
    {
        var versions = new Dictionary<int, long> { [7] = 9, [8] = 0 };

        var claims = Verify(StatusHeartbeat.Sign(Given.SigningKey, Given.Issuer, versions, new byte[] { 1, 2, 3 }, Given.Now), "statusheartbeat+jwt");

        Assert.Equal($$"""{"{{Given.Issuer}}/status/7":9,"{{Given.Issuer}}/status/8":0}""", claims.GetProperty("lists").GetRawText());
        Assert.Equal("AQID", claims.GetProperty("jwks").GetString());
    }

    private static JsonElement Verify(string token, string typ)
    {
        foreach (var other in new[] { "statuslist+jwt", "statusevent+jwt", "statusheartbeat+jwt", "at+jwt", "JWT" })
            Assert.Equal(other == typ, Jws.Verify(token, Given.Jwks, other).Accepted(out _, out _));
        return Given.Claims(token);
    }
}
