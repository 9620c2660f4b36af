using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Verifier.Rules;

namespace IdentityProvider.Verifier.Tests;

/// <summary>Which status lists are believed.</summary>
public sealed class StatusListRulesTests
{
    [Fact]
    public void Reads_a_good_list()
    {
        var list = Read(null, out _)!;
        Assert.Equal((1, 0, 4L), (list.StatusAt(5), list.StatusAt(6), list.Version));
        Assert.Equal(TimeSpan.FromSeconds(60), list.Ttl);
    }

    [Fact]
    public void Refuses_a_list_that_another_key_signed() => Assert.Equal(VerifierRefusal.StatusListUntrusted, Refusal(null, key: Given.Stranger));

    [Fact]
    public void Refuses_a_forged_signature_under_a_known_kid()
    {
        var header = $$"""{"alg":"RS256","typ":"statuslist+jwt","kid":"{{Given.Rs256.Kid}}"}""";
        var jwt = Given.Raw(header, Given.ListClaims(Given.Bytes()).ToJsonString(), input => Given.Signature(Given.Stranger, input));
        Assert.Equal(VerifierRefusal.StatusListUntrusted, StatusListRules.Read(jwt, Given.ListUri, Given.Keys, Given.Expected, Given.Now, out _, out _)!.Reason);
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("at+jwt")]
    [InlineData("statusevent+jwt")]
    public void Refuses_another_typ(string typ) => Assert.Equal(VerifierRefusal.StatusListUntrusted, Refusal(null, typ: typ));

    [Theory]
    [InlineData("sub", "\"https://issuer.example/status/8\"", VerifierRefusal.StatusListUntrusted)]
    [InlineData("sub", "null", VerifierRefusal.StatusListUntrusted)]
    [InlineData("iss", "\"https://other.example\"", VerifierRefusal.StatusListUntrusted)]
    [InlineData("iat", "\"now\"", VerifierRefusal.StatusListMalformed)]
    [InlineData("iat", "1e300", VerifierRefusal.StatusListMalformed)]
    [InlineData("exp", "\"later\"", VerifierRefusal.StatusListMalformed)]
    [InlineData("exp", "1", VerifierRefusal.StatusListExpired)]
    [InlineData("ttl", "\"60\"", VerifierRefusal.StatusListMalformed)]
    [InlineData("ttl", "0", VerifierRefusal.StatusListMalformed)]
    [InlineData("ver", "-1", VerifierRefusal.StatusListMalformed)]
    [InlineData("status_list", "[]", VerifierRefusal.StatusListMalformed)]
    [InlineData("status_list", """{"bits":2}""", VerifierRefusal.StatusListMalformed)]
    [InlineData("status_list", """{"bits":3,"lst":"eNrbuRgAAhcBXQ"}""", VerifierRefusal.StatusListMalformed)]
    [InlineData("status_list", """{"bits":4294967298,"lst":"eNrbuRgAAhcBXQ"}""", VerifierRefusal.StatusListMalformed)]
    [InlineData("status_list", """{"bits":1,"lst":"eNrbuRgAAhcBXQ=="}""", VerifierRefusal.StatusListMalformed)]
    [InlineData("status_list", """{"bits":1,"lst":"eNrbuRgAAhcB"}""", VerifierRefusal.StatusListMalformed)]
    public void Refuses_a_claim_that_is_wrong(string claim, string value, VerifierRefusal expected)
    {
        var claims = Given.ListClaims(Given.Bytes());
        claims[claim] = JsonNode.Parse(value);
        var jwt = Given.Sign(claims, StatusListRules.Typ);
        Assert.Equal(expected, StatusListRules.Read(jwt, Given.ListUri, Given.Keys, Given.Expected, Given.Now, out _, out _)!.Reason);
    }

    [Fact]
    public void Refuses_a_list_at_its_exp() => Assert.Equal(VerifierRefusal.StatusListExpired, Refusal(new() { ["exp"] = Given.Seconds(Given.Now) }));

    [Fact]
    public void Refuses_a_list_of_the_future() => Assert.Equal(VerifierRefusal.StatusListUntrusted, Refusal(new() { ["iat"] = Given.Seconds(Given.Now) + 31 }));

    [Fact]
    public void Refuses_an_algorithm_that_is_not_the_options()
    {
        var expected = new Expected(Given.Options with { Algorithms = [SignatureAlgorithm.PS256] });
        var jwt = Given.Sign(Given.ListClaims(Given.Bytes()), StatusListRules.Typ);
        Assert.Equal(VerifierRefusal.StatusListUntrusted, StatusListRules.Read(jwt, Given.ListUri, Given.Keys, expected, Given.Now, out _, out _)!.Reason);
    }

    [Fact]
    public void Refuses_a_list_of_more_than_a_mebibyte() =>
        Assert.Equal(VerifierRefusal.StatusListTooLarge, Refusal(new() { ["padding"] = new string('x', SignedClaims.MaxLength) }));

    [Fact]
    public void A_list_without_exp_ttl_and_ver_lives_for_a_minute()
    {
        var list = Read(new() { ["exp"] = null, ["ttl"] = null, ["ver"] = null }, out _);
        Assert.Equal((Given.Now.AddSeconds(60), 0L), (list!.ExpiresAt, list.Version));
    }

    [Theory]
    [InlineData(0.001, 1)]
    [InlineData(1e12, 86_400)]
    public void A_ttl_is_bounded(double ttl, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Read(new() { ["ttl"] = ttl }, out _)!.Ttl);

    [Fact]
    public void An_unknown_kid_says_so()
    {
        Read(null, out var keyUnknown, key: Given.Stranger);
        Assert.True(keyUnknown);
    }

    private static VerifierRefusal? Refusal(JsonObject? more, SigningKey? key = null, string typ = StatusListRules.Typ) =>
        StatusListRules.Read(Jwt(more, key, typ), Given.ListUri, Given.Keys, Given.Expected, Given.Now, out _, out _)?.Reason;

    private static StatusList? Read(JsonObject? more, out bool keyUnknown, SigningKey? key = null)
    {
        StatusListRules.Read(Jwt(more, key, StatusListRules.Typ), Given.ListUri, Given.Keys, Given.Expected, Given.Now, out var list, out keyUnknown);
        return list;
    }

    private static string Jwt(JsonObject? more, SigningKey? key, string typ) => Given.Sign(Given.ListClaims(Given.Bytes((5, 1)), version: 4, more: more), typ, key);
}
