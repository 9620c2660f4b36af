using System.Text.Json;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Claims;

/// <summary>What an operator adds for an API or an app: strict, small, and nothing of a person that they gave nobody.</summary>
public sealed class ClaimMappingTests
{
    private static readonly UserClaims Alice = Given.User() with { Roles = ["admin", "staff"] };
    private static readonly ScopeSet OpenIdAlone = ScopeSet.Of(["openid"]);
    private static readonly ScopeSet WithEmail = ScopeSet.Of(["openid", "email"]);

    [Fact]
    public void Silence_adds_nothing()
    {
        Assert.Null(ClaimMapping.Read(null, besideStandardClaims: false, out var none));
        Assert.True(none is { IsEmpty: true, NeedsRoles: false, Written: null });
    }

    [Fact]
    public void A_claim_is_taken_from_roles_or_from_a_standard_claim_whose_scope_was_granted()
    {
        var mapping = Of(new() { ["groups"] = "roles", ["mail"] = "email", ["email"] = "email" });
        Assert.True(mapping.NeedsRoles);
        Assert.Equal("""{"groups":["admin","staff"]}""", Write(mapping, Alice, OpenIdAlone));
        Assert.Equal("""{"groups":["admin","staff"],"mail":"alice@example.com","email":"alice@example.com"}""", Write(mapping, Alice, WithEmail));
        Assert.Equal("""{"mail":"alice@example.com"}""", Write(mapping, Given.User(), WithEmail, but: "email"));
    }

    [Fact]
    public void Groups_are_told_where_a_mapping_says_so_and_roles_apart_from_them()
    {
        var mapping = Of(new() { ["groups"] = "groups", ["realm_roles"] = "roles" });
        Assert.True(mapping is { NeedsRoles: true, NeedsGroups: true });
        Assert.False(Of(new() { ["groups"] = "roles" }).NeedsGroups);
        Assert.Equal("""{"groups":["sales"],"realm_roles":["admin","staff"]}""", Write(mapping, Alice with { Groups = ["sales"] }, OpenIdAlone));
        Assert.Equal("""{"realm_roles":["admin","staff"]}""", Write(mapping, Alice, OpenIdAlone));
        Assert.Equal("{}", Write(Of(new() { ["groups"] = "groups" }), Alice with { Groups = [.. Enumerable.Range(0, 101).Select(n => $"{n}")] }, OpenIdAlone));
    }

    [Fact]
    public void What_is_too_much_is_left_out_whole()
    {
        var many = Alice with { Roles = [.. Enumerable.Range(0, 101).Select(n => $"{n}")] };
        Assert.Equal("{}", Write(Of(new() { ["roles"] = "roles" }), many, OpenIdAlone));
        var long_ = Alice with { Roles = [new string('r', 1100)] };
        Assert.Equal("""{"mail":"alice@example.com"}""", Write(Of(new() { ["mail"] = "email", ["roles"] = "roles" }), long_, WithEmail, most: ClaimMapping.LargestInAccessToken));
    }

    [Theory]
    [InlineData("sub", "email")]
    [InlineData("aud", "roles")]
    [InlineData("scope", "roles")]
    [InlineData("cnf", "roles")]
    [InlineData("act", "roles")]
    [InlineData("authorization_details", "roles")]
    [InlineData("a b", "roles")]
    [InlineData("", "roles")]
    [InlineData("a\"", "roles")]
    [InlineData("groups", "password")]
    [InlineData("groups", "sub")]
    [InlineData("groups", "")]
    [InlineData("name", "email")]
    [InlineData("email_verified", "roles")]
    public void Refuses_names_of_tokens_and_sources_that_nobody_knows(string name, string source) =>
        Assert.Equal("claims", ClaimMapping.Read(new Dictionary<string, string> { [name] = source }, besideStandardClaims: false, out _)?.Member);

    [Fact]
    public void Refuses_too_many_and_a_standard_claim_where_it_stands_anyway()
    {
        Assert.NotNull(ClaimMapping.Read(Enumerable.Range(0, 11).ToDictionary(n => $"c{n}", _ => "roles"), besideStandardClaims: false, out _));
        Assert.NotNull(ClaimMapping.Read(new Dictionary<string, string> { ["email"] = "email" }, besideStandardClaims: true, out _));
        Assert.NotNull(ClaimMapping.Read(new Dictionary<string, string> { ["x"] = null! }, besideStandardClaims: true, out _));
    }

    [Fact]
    public void An_access_token_has_what_its_API_is_told_and_no_other()
    {
        var api = Given.NotesApi() with { Claims = Of(new() { ["roles"] = "roles", ["mail"] = "email" }) };
        var family = Given.Family();
        var client = Given.ConfidentialClient();
        Assert.Equal(["admin", "staff"], Claims(api).GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.False(Claims(api).TryGetProperty("mail", out _));
        Assert.False(Claims(Given.NotesApi()).TryGetProperty("roles", out _));

        JsonElement Claims(Resource resource)
        {
            var request = Given.TokenRequest<TokenRequest.RefreshToken>($"grant_type=refresh_token&refresh_token=r", client);
            var facts = new RefreshTokenFacts(family, Alice, Given.Session(), [resource]);
            var decision = RefreshTokenRules.Decide(request, Given.RefreshToken(family.Generation), Given.Authenticated(client), facts, Given.IdleLimit, Given.Now);
            var plan = Assert.IsType<RefreshTokenDecision.Rotate>(decision).Plan;
            return Given.Claims(AccessToken.Sign(plan.AccessToken, Given.SigningKey, Given.Issuer, "jti"));
        }
    }

    [Fact]
    public void An_ID_token_tells_nothing_whose_scope_the_client_has_lost_since()
    {
        var client = Given.ConfidentialClient() with { IdTokenClaims = Of(new() { ["mail"] = "email" }) };
        Assert.True(Claims(client).TryGetProperty("mail", out _));
        Assert.False(Claims(client with { Scope = ScopeSet.Of(["openid", "notes.read"]) }).TryGetProperty("mail", out _));

        static JsonElement Claims(Client client)
        {
            var request = Given.TokenRequest<TokenRequest.RefreshToken>("grant_type=refresh_token&refresh_token=r", client);
            var family = Given.Family() with { Scope = ScopeSet.Of(["openid", "email", "notes.read"]) };
            var facts = new RefreshTokenFacts(family, Alice, Given.Session(), [Given.NotesApi()]);
            var decision = RefreshTokenRules.Decide(request, Given.RefreshToken(family.Generation), Given.Authenticated(client), facts, Given.IdleLimit, Given.Now);
            return Given.Claims(IdToken.Sign(Assert.IsType<RefreshTokenDecision.Rotate>(decision).Plan.IdToken!, Given.SigningKey, Given.Issuer, "token"));
        }
    }

    [Fact]
    public void It_is_metadata_that_reads_back_the_same()
    {
        var metadata = new ClientMetadata { RedirectUris = ["https://app.example/cb"], Claims = new() { IdToken = new Dictionary<string, string> { ["groups"] = "roles" }, Userinfo = new Dictionary<string, string> { ["mail"] = "email" } } };
        var client = Assert.IsType<Validated<Client>.Valid>(ClientMetadataRules.Decide(metadata, "app", [])).Value;
        Assert.True(client.NeedsRoles);
        var json = JsonSerializer.SerializeToNode(ClientMetadata.Of(client), ClientMetadataJson.Default.ClientMetadata)!;
        Assert.Equal("""{"id_token":{"groups":"roles"},"userinfo":{"mail":"email"}}""", json["claims"]!.ToJsonString());
        Assert.Null(JsonSerializer.SerializeToNode(ClientMetadata.Of(Given.Client()), ClientMetadataJson.Default.ClientMetadata)!["claims"]);

        var api = Assert.IsType<Validated<Resource>.Valid>(ResourceMetadataRules.Decide(
            new() { Identifier = "https://api.example", Claims = new Dictionary<string, string> { ["roles"] = "roles" } }, Given.Issuer)).Value;
        Assert.True(api.Claims.NeedsRoles);
        Assert.Equal("roles", ResourceMetadata.Of(api).Claims!["roles"]);
    }

    [Theory]
    [InlineData("""{"claims":{"access_token":{"a":"roles"}}}""")]
    [InlineData("""{"claims":{"id_token":["roles"]}}""")]
    [InlineData("""{"claims":"roles"}""")]
    public void What_is_of_another_shape_is_named(string json) => Assert.Equal(
        "claims", Assert.IsType<Validated<ClientMetadata>.Invalid>(MetadataJson.Read(System.Text.Encoding.UTF8.GetBytes(json), ClientMetadataJson.Default.ClientMetadata)).Error.Member);

    private static ClaimMapping Of(Dictionary<string, string> written)
    {
        Assert.Null(ClaimMapping.Read(written, besideStandardClaims: false, out var mapping));
        return mapping;
    }

    private static string Write(ClaimMapping mapping, UserClaims user, ScopeSet granted, string? but = null, int most = int.MaxValue) => Given.Written(json =>
    {
        json.WriteStartObject();
        mapping.WriteTo(json, user, granted, new HashSet<string>(but is null ? [] : [but]), most);
        json.WriteEndObject();
    }).GetRawText();
}
