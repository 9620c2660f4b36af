using System.Text.Json;
using IdentityProvider.Protocol.Upstream;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Upstream;

public sealed class UpstreamClaimsTests
{
    private static readonly UpstreamProvider Trusting = UpstreamGiven.Upstream() with { EmailDomains = ["example.com"] };

    [Fact]
    public void Takes_over_standard_claims_by_their_own_names_or_by_others()
    {
        var upstream = Trusting with { Claims = new Dictionary<string, string> { ["name"] = "display_name", ["email"] = "upn", ["email_verified"] = "xms_edov" } };
        var person = Map(upstream, """{"display_name":"Ada Größe","name":"ignored","given_name":"Ada","upn":"ada@example.com","xms_edov":true,"groups":["admin"],"sub":"ada"}""");
        Assert.Equal("""{"name":"Ada Größe","given_name":"Ada"}""", Written(person));
        Assert.Equal("ada@example.com", person.Email!.Text);
    }

    [Theory]
    [InlineData("""{"name":"<script>alert(1)</script>"}""", """{"name":"<script>alert(1)</script>"}""")]
    [InlineData("""{"name":"a\u202Eb"}""", "{}")]
    [InlineData("""{"name":"a\nb"}""", "{}")]
    [InlineData("""{"name":["Ada"]}""", "{}")]
    [InlineData("""{"name":{"a":{"b":{"c":{"d":1}}}}}""", "{}")]
    [InlineData("""{"picture":"javascript:alert(1)"}""", "{}")]
    [InlineData("""{"picture":"data:image/svg+xml,<svg/>"}""", "{}")]
    [InlineData("""{"picture":"http://example.com/a.png"}""", "{}")]
    [InlineData("""{"picture":"https://example.com/a.png"}""", """{"picture":"https://example.com/a.png"}""")]
    [InlineData("""{"preferred_username":"admin","updated_at":7,"phone_number":"1","phone_number_verified":true,"address":{"country":"x"}}""", "{}")]
    public void Leaves_out_what_an_operator_could_not_set(string claims, string kept) => Assert.Equal(kept, Written(Map(Trusting, claims)));

    [Fact]
    public void Leaves_out_text_without_end() => Assert.Equal("{}", Written(Map(Trusting, $$"""{"name":"{{new string('n', 501)}}"}""")));

    [Theory]
    [InlineData("""{"email":"ada@example.com","email_verified":true}""", "ada@example.com")]
    [InlineData("""{"email":"Ada@EXAMPLE.com","email_verified":true}""", "Ada@example.com")]
    [InlineData("""{"email":"ada@example.com","email_verified":"true"}""", null)]
    [InlineData("""{"email":"ada@example.com","email_verified":false}""", null)]
    [InlineData("""{"email":"ada@example.com"}""", null)]
    [InlineData("""{"email":"ada@other.example","email_verified":true}""", null)]
    [InlineData("""{"email":"ada@sub.example.com","email_verified":true}""", null)]
    [InlineData("""{"email":"ada@evil.example@example.com","email_verified":true}""", null)]
    [InlineData("""{"email":"\"a b\"@example.com","email_verified":true}""", null)]
    [InlineData("""{"email":"ada@example.com\u0000","email_verified":true}""", null)]
    [InlineData("""{"email":"аda@example.com","email_verified":true}""", null)]
    [InlineData("""{"email":["ada@example.com"],"email_verified":true}""", null)]
    public void An_address_counts_where_it_was_verified_and_its_domain_is_the_upstreams_to_speak_for(string claims, string? email)
    {
        var person = Map(Trusting, claims);
        Assert.Equal(email, person.Email?.Text);
        Assert.False(person.Claims.ContainsKey("email"));
        Assert.Null(Map(UpstreamGiven.Upstream(), claims).Email);
    }

    [Fact]
    public void An_address_is_never_verified_by_a_word_about_another() =>
        Assert.Null(Map(Trusting, """{"email":"admin@example.com"}""", """{"email":"eve@example.com","email_verified":true}""").Email);

    private static UpstreamPerson Map(UpstreamProvider upstream, params string[] documents) => UpstreamClaims.Map(upstream, [.. documents.Select(d => JsonElement.Parse(d))]);

    private static string Written(UpstreamPerson person) =>
        person.Claims.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
