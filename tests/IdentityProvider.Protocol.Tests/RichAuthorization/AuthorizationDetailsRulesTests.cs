using System.Collections.Frozen;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Introspection;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.RichAuthorization;

public sealed class AuthorizationDetailsRulesTests
{
    private const string Schema = """
        {
          "title": "Make a payment", "description": "Once, from your current account.", "type": "object", "additionalProperties": false,
          "properties": {
            "payee": { "title": "To", "type": "string", "maxLength": 70 },
            "amount": {
              "title": "Amount", "type": "object", "additionalProperties": false, "required": ["value", "currency"],
              "properties": { "value": { "title": "value", "type": "string", "pattern": "^[0-9]+[.][0-9]{2}$" }, "currency": { "title": "currency", "type": "string", "enum": ["EUR", "CHF"] } }
            },
            "express": { "title": "At once", "type": "boolean" },
            "notes": { "title": "Notes", "type": "array", "items": { "title": "Note", "type": "string" } },
            "parts": { "title": "Part", "type": "array", "items": { "title": "Part", "type": "object", "additionalProperties": false, "properties": { "share": { "title": "share", "type": "integer" } } } },
            "locations": { "title": "At", "type": "array", "items": { "title": "API", "type": "string" } }
          },
          "required": ["payee", "amount"]
        }
        """;

    private const string Payment = """{"type":"payment","payee":"Zoe","amount":{"value":"12.50","currency":"EUR"}}""";
    private const string Other = """{"type":"payment","payee":"Max","amount":{"value":"1.00","currency":"CHF"}}""";
    private const string AtNotes = """{"type":"payment","payee":"Zoe","amount":{"value":"12.50","currency":"EUR"},"locations":["https://notes.example"]}""";

    private static readonly AuthorizationDetailsType PaymentType = Assert.IsType<Validated<AuthorizationDetailsType>.Valid>(
        AuthorizationDetailsTypeMetadata.Decide(new() { Type = "payment", Schema = JsonElement.Parse(Schema) })).Value;

    private static readonly FrozenDictionary<string, AuthorizationDetailsType> Types = new[] { PaymentType }.ToFrozenDictionary(t => t.Type);
    private static readonly Client Bank = Given.ConfidentialClient() with { AuthorizationDetailsTypes = ["payment"] };

    [Fact]
    public void What_is_of_its_type_may_be_asked_for() => Assert.Equal($"[{Payment},{Other}]", Given.Allowed(Decide($"[{Payment},{Other}]")).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("""[{"payee":"x"}]""")]
    [InlineData("""[{"type":1}]""")]
    [InlineData("""[{"type":"payment","type":"other"}]""")]
    [InlineData("""[{"type":"payment"}] x""")]
    public void Refuses_what_is_no_list_of_typed_objects(string text) => Assert.Equal(Refusal.AuthorizationDetailsMalformed, Given.Refused(Decide(text)));

    [Fact]
    public void Refuses_details_without_end()
    {
        Assert.Equal(Refusal.AuthorizationDetailsMalformed, Given.Refused(Decide($"[{string.Join(',', Enumerable.Repeat(Payment, 11))}]")));
        Assert.Equal(Refusal.AuthorizationDetailsMalformed, Given.Refused(Decide($$"""[{"type":"payment","payee":"{{new string('x', 4096)}}"}]""")));
        Assert.Equal(Refusal.AuthorizationDetailsMalformed, Given.Refused(Decide($$"""[{"type":"payment","payee":{{string.Concat(Enumerable.Repeat("[", 60))}}{{string.Concat(Enumerable.Repeat("]", 60))}}}]""")));
    }

    [Fact]
    public void Reading_details_never_throws() => Prop.ForAll<NonNull<string>, NonNegativeInt>((noise, at) =>
    {
        var text = $"[{Payment},{AtNotes}]";
        var cut = at.Get % text.Length;
        return Decide(text[..cut] + noise.Get + text[cut..]) is not null && Decide(text[..cut] + noise.Get) is Decision<AuthorizationDetails>.Refused;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Refuses_a_type_that_nobody_registered_or_not_for_this_client()
    {
        Assert.Equal(Refusal.AuthorizationDetailsTypeNotAllowed, Given.Refused(Decide("""[{"type":"other"}]""")));
        Assert.Equal(Refusal.AuthorizationDetailsTypeNotAllowed, Given.Refused(AuthorizationDetailsRules.Decide($"[{Payment}]", Given.Client(), Types)));
        Assert.Equal(Refusal.AuthorizationDetailsTypeNotAllowed, Given.Refused(AuthorizationDetailsRules.Decide("""[{"type":"gone"}]""", Bank with { AuthorizationDetailsTypes = ["gone"] }, Types)));
    }

    [Theory]
    [InlineData("""{"type":"payment","payee":"Zoe"}""")]
    [InlineData("""{"type":"payment","payee":"Zoe","amount":{"value":"12.5","currency":"EUR"}}""")]
    [InlineData("""{"type":"payment","payee":"Zoe","amount":{"value":"12.50","currency":"USD"}}""")]
    [InlineData("""{"type":"payment","payee":"Zoe","amount":{"value":"12.50","currency":"EUR"},"more":1}""")]
    [InlineData("""{"type":"payment","payee":"Zoe","amount":{"value":"12.50","currency":"EUR","type":"x"}}""")]
    public void Refuses_members_that_the_type_does_not_have_lacks_or_has_otherwise(string detail) =>
        Assert.Equal(Refusal.AuthorizationDetailsNotOfTheirType, Given.Refused(Decide($"[{detail}]")));

    [Fact]
    public void Refuses_an_API_that_the_client_may_have_no_tokens_for() =>
        Assert.Equal(Refusal.AuthorizationDetailsLocationNotAllowed, Given.Refused(Decide($"[{AtNotes.Replace("notes.example", "evil.example", StringComparison.Ordinal)}]")));

    [Fact]
    public void Details_may_stand_alone_and_bring_no_scope_with_them()
    {
        var access = Given.Allowed(RequestedAccess.Decide(Given.Parameters("client_id=app"), Bank, [Given.NotesApi(), Given.FilesApi()], Given.Allowed(Decide($"[{AtNotes}]"))));
        Assert.Empty(access.Scope);
        Assert.Equal(["https://notes.example"], access.ResourceIdentifiers);
    }

    [Fact]
    public void The_API_that_a_detail_names_stands_beside_those_of_the_scopes()
    {
        var access = Given.Allowed(RequestedAccess.Decide(Given.Parameters("scope=openid+files.read"), Bank, [Given.NotesApi(), Given.FilesApi()], Given.Allowed(Decide($"[{AtNotes}]"))));
        Assert.Equal(["https://files.example", "https://notes.example"], access.ResourceIdentifiers);
    }

    [Fact]
    public void A_person_reads_them_in_the_words_of_the_type_and_nothing_is_left_out()
    {
        var detail = JsonElement.Parse("""{"type":"payment","parts":[{"share":2},{"share":3}],"notes":["a","b"],"express":false,"amount":{"currency":"EUR","value":"12.50"},"payee":"Zoe"}""");
        var words = DetailWords.Of(detail, PaymentType);
        Assert.Equal(("Make a payment", "Once, from your current account."), (words.Title, words.Description));
        Assert.Equal(
            [("To", "Zoe"), ("Amount, value", "12.50"), ("Amount, currency", "EUR"), ("At once", "False"), ("Notes", "a; b"), ("Part 1, share", "2"), ("Part 2, share", "3")],
            words.Lines.Select(line => (line.Label, string.Join("; ", line.Values))));
    }

    [Fact]
    public void They_are_agreed_to_each_time_by_the_person_who_was_shown_them()
    {
        var request = Accepted($"[{Payment}]", Bank);
        var everything = Given.Grant("openid notes.read", "https://notes.example");
        var start = AuthorizationProgress.Start(Given.Now);
        Assert.IsType<NextStep.Consent>(NextStep.Decide(request, Given.Session(), everything, start, Given.Now));
        Assert.IsType<NextStep.Consent>(NextStep.Decide(request, Given.Session(), everything, start with { DetailsAgreedBy = Guid.Empty }, Given.Now));
        Assert.IsType<NextStep.Issue>(NextStep.Decide(request, Given.Session(), everything, start with { DetailsAgreedBy = Given.UserId }, Given.Now));

        var silent = Accepted($"[{Payment}]", Bank, "&prompt=none");
        Assert.Equal(Refusal.ConsentRequired, Assert.IsType<NextStep.Refuse>(NextStep.Decide(silent, Given.Session(), everything, start, Given.Now)).Reason);
        var trusted = Accepted($"[{Payment}]", Bank with { RequireConsent = false });
        Assert.IsType<NextStep.Issue>(NextStep.Decide(trusted, Given.Session(), null, start, Given.Now));
    }

    [Fact]
    public void The_code_carries_them()
    {
        Assert.Equal($"[{Payment}]", Accepted($"[{Payment}]", Bank).CodeFor(Given.Session(), Given.Now).Terms.AuthorizationDetails!.ToString());
        Assert.Null(Accepted(null, Bank).CodeFor(Given.Session(), Given.Now).Terms.AuthorizationDetails);
    }

    [Fact]
    public void What_is_kept_reads_the_same_again()
    {
        var terms = new GrantTerms { AuthorizationDetails = Given.Allowed(Decide($"[{Payment},{AtNotes}]")) };
        var again = JsonSerializer.Deserialize(JsonSerializer.Serialize(terms, GrantTermsJson.Default.GrantTerms), GrantTermsJson.Default.GrantTerms)!;
        Assert.True(again.AuthorizationDetails!.IsAmong(terms.AuthorizationDetails) && terms.AuthorizationDetails.IsAmong(again.AuthorizationDetails));
    }

    [Fact]
    public void A_token_carries_what_was_granted_for_its_API_and_says_so_at_introspection()
    {
        var elsewhere = AtNotes.Replace("notes.example", "files.example", StringComparison.Ordinal);
        var plan = Exchange($"[{Payment},{AtNotes},{elsewhere}]", "").AccessToken;
        Assert.Equal($"[{Payment},{AtNotes}]", plan.Details.ToString());

        var jwt = AccessToken.Sign(plan, Given.SigningKey, Given.Issuer, TokenIdentifier.InFamily(Given.FamilyId, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal($"[{Payment},{AtNotes}]", Given.Claims(jwt).GetProperty("authorization_details").GetRawText());
        var verified = Given.Allowed(VerifiedAccessToken.Verify(jwt, Given.Jwks, Given.Issuer, Given.Now));
        var asked = Given.Allowed(IntrospectionRules.Read(Given.Parameters("token=x"), Given.Authenticated(Bank)));
        var facts = new AccessTokenFacts(Bank, Given.Family() with { Generation = 0 }, Given.User(), IsRevoked: false);
        var said = Given.Written(json => IntrospectionResponse.Write(json, IntrospectionRules.Decide(asked, verified, Given.Issuer, facts, Given.Now)));
        Assert.Equal($"[{Payment},{AtNotes}]", said.GetProperty("authorization_details").GetRawText());
    }

    [Fact]
    public void A_token_request_names_those_that_it_wants_and_no_others()
    {
        Assert.Equal($"[{Other}]", Exchange($"[{Payment},{Other}]", $"[{Other}]").AccessToken.Details.ToString());
        Assert.Single(Exchange($"[{Payment}]", """[{"amount":{"currency":"EUR","value":"12.50"},"payee":"Zoe","type":"payment"}]""").AccessToken.Details.Items);
        Assert.Equal(Refusal.AuthorizationDetailsExceedGrant, Refused($"[{Payment}]", $"[{Other}]"));
        Assert.Equal(Refusal.AuthorizationDetailsExceedGrant, Refused($"[{Payment}]", $"[{Payment.Replace("12.50", "99.00", StringComparison.Ordinal)}]"));
        Assert.Equal(Refusal.AuthorizationDetailsExceedGrant, Refused(null, $"[{Payment}]"));
    }

    [Fact]
    public void A_refresh_may_name_fewer_and_the_next_one_has_them_all_again()
    {
        Assert.Equal($"[{Other}]", Refresh($"[{Payment},{Other}]", $"[{Other}]", Bank).AccessToken.Details.ToString());
        Assert.Equal($"[{Payment},{Other}]", Refresh($"[{Payment},{Other}]", null, Bank).AccessToken.Details.ToString());
        Assert.True(Refresh($"[{Payment}]", null, Bank with { AuthorizationDetailsTypes = [] }).AccessToken.Details.IsEmpty);
    }

    [Fact]
    public void Refuses_a_refresh_for_nothing_that_is_left()
    {
        var alone = Given.Family() with { Scope = ScopeSet.Empty, Terms = Terms($"[{Payment}]") };
        var decision = Refresh(alone, null, Bank with { AuthorizationDetailsTypes = [] });
        Assert.Equal(Refusal.ScopeNotAllowed, Assert.IsType<RefreshTokenDecision.Refuse>(decision).Reason);
    }

    [Theory]
    [InlineData(GrantTypes.ClientCredentials)]
    [InlineData(GrantTypes.DeviceCode)]
    public void Refuses_details_where_there_is_no_grant_to_choose_from(string grantType)
    {
        var client = Bank with { GrantTypes = [grantType] };
        var read = TokenRequestRules.Read(Given.Parameters($"grant_type={grantType}&device_code=x&authorization_details={Uri.EscapeDataString($"[{Payment}]")}"), Given.Authenticated(client), []);
        Assert.Equal(Refusal.AuthorizationDetailsNotForThisGrant, Given.Refused(read));
    }

    [Fact]
    public void The_metadata_names_the_types_where_there_are_any()
    {
        using var none = JsonDocument.Parse(ServerMetadata.Write(new ServerOffer(Given.Issuer)));
        Assert.False(none.RootElement.TryGetProperty("authorization_details_types_supported", out _));
        using var some = JsonDocument.Parse(ServerMetadata.Write(new ServerOffer(Given.Issuer) { AuthorizationDetailsTypes = ["payment"] }));
        Assert.Equal("""["payment"]""", some.RootElement.GetProperty("authorization_details_types_supported").GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("größe")]
    public void Refuses_a_type_of_no_name(string name) =>
        Assert.Equal("type", Assert.IsType<Validated<AuthorizationDetailsType>.Invalid>(AuthorizationDetailsTypeMetadata.Decide(new() { Type = name, Schema = JsonElement.Parse(Schema) })).Error.Member);

    private static Decision<AuthorizationDetails> Decide(string text) => AuthorizationDetailsRules.Decide(text, Bank, Types);

    private static AuthorizationRequest Accepted(string? details, Client client, string more = "")
    {
        var query = $"client_id=app&redirect_uri=https://app.example/cb&response_type=code&scope=openid+notes.read&code_challenge={Given.CodeChallenge}&code_challenge_method=S256{more}"
            + (details is null ? "" : $"&authorization_details={Uri.EscapeDataString(details)}");
        var known = new AuthorizationRules.Known(client, [Given.NotesApi(), Given.FilesApi()], Given.Jwks, Given.Issuer) { DetailsTypes = Types };
        return Assert.IsType<AuthorizationDecision.Accepted>(AuthorizationRules.Decide(Given.Parameters(query), known, Given.Now)).Request;
    }

    private static GrantTerms Terms(string? details) => new() { AuthorizationDetails = details is null ? null : Given.Allowed(AuthorizationDetails.Read(details)) };

    private static AuthorizationCodeDecision Decide(string? granted, string? asked)
    {
        var form = $"grant_type=authorization_code&code=c&redirect_uri=https://app.example/cb&code_verifier={Given.CodeVerifier}" + Asked(asked);
        var facts = new AuthorizationCodeFacts(Given.Code() with { Terms = Terms(granted) }, Given.User(), Given.Session(), [Given.NotesApi()]);
        return AuthorizationCodeRules.Decide(
            Given.TokenRequest<TokenRequest.AuthorizationCode>(form, Bank), Given.Authenticated(Bank), facts, Given.IdleLimit, Given.FamilyId, Given.Now);
    }

    private static TokenPlan Exchange(string granted, string asked) => Assert.IsType<AuthorizationCodeDecision.Issue>(Decide(granted, asked)).Plan;

    private static Refusal Refused(string? granted, string asked) => Assert.IsType<AuthorizationCodeDecision.Refuse>(Decide(granted, asked)).Reason;

    private static TokenPlan Refresh(string granted, string? asked, Client client) =>
        Assert.IsType<RefreshTokenDecision.Rotate>(Refresh(Given.Family() with { Terms = Terms(granted) }, asked, client)).Plan;

    private static RefreshTokenDecision Refresh(TokenFamily family, string? asked, Client client)
    {
        var request = Given.TokenRequest<TokenRequest.RefreshToken>("grant_type=refresh_token&refresh_token=r" + Asked(asked), client);
        var facts = new RefreshTokenFacts(family, Given.User(), Given.Session(), [Given.NotesApi()]);
        return RefreshTokenRules.Decide(request, Given.RefreshToken(family.Generation), Given.Authenticated(client), facts, Given.IdleLimit, Given.Now);
    }

    private static string Asked(string? details) => string.IsNullOrEmpty(details) ? "" : $"&authorization_details={Uri.EscapeDataString(details)}";
}
