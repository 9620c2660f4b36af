using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Audit;

public sealed class AuditRedactionTests
{
    private static readonly AuditTarget Client = AuditTarget.Client("shop");

    private static readonly AuditTarget User = AuditTarget.User(Guid.Empty);

    [Theory]
    [InlineData("client_secret")]
    [InlineData("clientSecret")]
    [InlineData("Secrets")]
    [InlineData("password")]
    [InlineData("PasswordHash")]
    [InlineData("registration_access_token")]
    [InlineData("refresh_token")]
    [InlineData("client_notification_token")]
    [InlineData("initial_token")]
    [InlineData("recovery_codes")]
    [InlineData("device_code")]
    [InlineData("user_code")]
    [InlineData("client_assertion")]
    [InlineData("SecurityStamp")]
    [InlineData("encrypted_private_key")]
    [InlineData("SealedUpstreamSecret")]
    [InlineData("totp_seed")]
    public void No_member_that_holds_a_secret_is_kept_whatever_holds_it(string name)
    {
        Assert.True(AuditRedaction.IsSecret(name));
        foreach (var value in new JsonNode[] { "s3cr3t", new JsonArray("s3cr3t"), new JsonObject { ["inner"] = "s3cr3t" }, 5338 })
        {
            var text = AuditRedaction.Of(Client, new JsonObject { [name] = value.DeepClone(), ["deep"] = new JsonArray(new JsonObject { [name] = value.DeepClone() }) })!;
            Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal);
            Assert.DoesNotContain("5338", text, StringComparison.Ordinal);
            Assert.Contains(AuditRedaction.Redacted, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("token_endpoint_auth_method", "private_key_jwt")]
    [InlineData("token_endpoint_auth_signing_alg", "ES256")]
    [InlineData("id_token_signed_response_alg", "RS256")]
    [InlineData("refresh_token_delivery", "cookie")]
    [InlineData("grant_types", "authorization_code")]
    [InlineData("client_name", "The shop")]
    [InlineData("scope", "openid")]
    public void What_tells_about_a_secret_and_is_none_is_kept(string name, string value) =>
        Assert.Equal($$"""{"{{name}}":"{{value}}"}""", AuditRedaction.Of(Client, new JsonObject { [name] = value }));

    [Fact]
    public void Whether_something_is_so_is_never_a_secret() =>
        Assert.Equal("""{"dpop_bound_access_tokens":true}""", AuditRedaction.Of(Client, new JsonObject { ["dpop_bound_access_tokens"] = true }));

    [Fact]
    public void Of_keys_only_what_names_them_is_kept()
    {
        var jwks = JsonNode.Parse("""{"jwks":{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"xxxx","y":"yyyy","d":"dddd"},{"kty":"oct","k":"kkkk"}]}}""")!;
        var text = AuditRedaction.Of(Client, jwks)!;
        Assert.Contains("\"kid\":\"a\"", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("xxxx|yyyy|dddd|kkkk", text);
    }

    [Fact]
    public void A_signed_token_is_recognised_under_any_name() =>
        Assert.Equal(
            """{"note":"[redacted]"}""",
            AuditRedaction.Of(Client, new JsonObject { ["note"] = "it was eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln" }));

    [Fact]
    public void Of_a_change_only_what_differs_is_told_and_a_changed_secret_as_changed()
    {
        var (before, after) = AuditRedaction.OfChange(
            Client,
            JsonNode.Parse("""{"client_name":"A","scope":"openid","contacts":["a"],"client_secret":"old"}"""),
            JsonNode.Parse("""{"client_name":"B","scope":"openid","logo_uri":"https://x","client_secret":"new"}"""));
        Assert.Equal("""{"client_name":"A","contacts":["a"],"client_secret":"[redacted]"}""", before);
        Assert.Equal("""{"client_name":"B","client_secret":"[redacted]","logo_uri":"https://x"}""", after);
        Assert.Equal((null, "{}"), AuditRedaction.OfChange(Client, null, new JsonObject()));
    }

    [Fact]
    public void Of_a_person_it_is_told_that_something_changed_and_not_what_to()
    {
        var (before, after) = AuditRedaction.OfChange(
            User,
            JsonNode.Parse("""{"email":"alice@example.org","disabled":false,"address":{"country":"FR"}}"""),
            JsonNode.Parse("""{"email":"eve@example.org","disabled":true,"address":{"country":"DE"}}"""));
        Assert.Equal("""{"email":"[personal]","disabled":false,"address":"[personal]"}""", before);
        Assert.Equal("""{"email":"[personal]","disabled":true,"address":"[personal]"}""", after);
    }

    [Fact]
    public void It_is_bounded_in_every_direction()
    {
        var deep = new JsonObject();
        for (var i = 0; i < 50; i++)
            deep = new JsonObject { ["in"] = deep };
        Assert.Contains("[deep]", AuditRedaction.Of(Client, deep)!, StringComparison.Ordinal);

        var wide = new JsonObject();
        for (var i = 0; i < 5000; i++)
            wide[$"member{i}"] = new string('x', 5000);
        var text = AuditRedaction.Of(Client, wide)!;
        Assert.True(text.Length <= AuditEvent.LongestDocument);
        Assert.StartsWith("""{"too_long":true,"members":["member0",""", text, StringComparison.Ordinal);

        var quotes = AuditRedaction.Of(Client, new JsonObject { [new string('"', 5000)] = new string('\u0001', 5000), ["list"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(i => (JsonNode)i)]) })!;
        Assert.True(quotes.Length <= AuditEvent.LongestDocument);
        Assert.True(quotes.All(c => c is >= ' ' and <= '~'));
    }

    [Fact]
    public void What_no_database_gives_back_as_it_was_is_written_as_ASCII() =>
        Assert.True(AuditRedaction.Of(Client, new JsonObject { ["name"] = "größer \0 \ud83d\ude00 \ud800" })!.All(c => c is >= ' ' and <= '~'));

    [Fact]
    public void What_is_no_object_is_told_as_one() => Assert.Equal("""{"value":["a"]}""", AuditRedaction.Of(Client, new JsonArray("a")));
}
