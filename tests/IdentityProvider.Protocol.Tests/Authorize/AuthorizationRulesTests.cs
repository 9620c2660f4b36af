using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Authorize;

public sealed class AuthorizationRulesTests
{
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private static readonly string Valid =
        $"client_id=app&redirect_uri=https://app.example/cb&response_type=code&scope=openid+notes.read&state=s1&nonce=n1&code_challenge={Challenge}&code_challenge_method=S256";

    [Fact]
    public void Accepts_a_complete_request()
    {
        var request = Accepted(Valid);
        Assert.Equal("https://app.example/cb", request.ReturnAddress.RedirectUri.Value);
        Assert.Equal("s1", request.ReturnAddress.State);
        Assert.Equal("n1", request.Nonce);
        Assert.Equal(Challenge, request.CodeChallenge);
        Assert.Equal("openid notes.read", request.Access.Scope.ToString());
        Assert.Equal(["https://notes.example"], request.Access.ResourceIdentifiers);
        Assert.Equal(ResponseMode.Query, request.ReturnAddress.ResponseMode);
    }

    [Fact]
    public void The_code_stands_for_what_was_asked_and_who_signed_in()
    {
        var code = Accepted(Valid).CodeFor(Given.Session(), Given.Now);
        Assert.Equal(("app", Given.UserId, Given.SessionId, "https://app.example/cb"), (code.ClientId, code.UserId, code.SessionId, code.RedirectUri));
        Assert.Equal((Challenge, "n1", Given.Session().AuthTime), (code.CodeChallenge, code.Nonce, code.AuthTime));
        Assert.Equal(Given.Now + TimeSpan.FromSeconds(60), code.ExpiresAt);
    }

    [Fact]
    public void A_code_for_a_redirect_URI_that_was_not_named_needs_none_at_the_exchange() =>
        Assert.Null(Accepted(Without("redirect_uri", Valid.Replace("openid+", ""))).CodeFor(Given.Session(), Given.Now).RedirectUri);

    [Fact]
    public void Refuses_on_a_page_a_request_without_a_client() => OnPage(Refusal.AuthorizeClientIdMissing, Without("client_id"));

    [Fact]
    public void Refuses_on_a_page_a_client_that_is_not_known() => OnPage(Refusal.AuthorizeClientUnknown, Valid, client: null);

    [Fact]
    public void Refuses_on_a_page_an_OpenID_request_without_redirect_URI() => OnPage(Refusal.RedirectUriMissing, Without("redirect_uri"));

    [Fact]
    public void Refuses_on_a_page_to_guess_between_two_redirect_URIs() =>
        OnPage(Refusal.RedirectUriMissing, Without("redirect_uri", Valid.Replace("openid+", "")), Given.Client() with { RedirectUris = ["https://app.example/cb", "https://app.example/2"] });

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://app.example/cb/more")]
    [InlineData("https://app.example/cb%3Ffoo=bar")]
    [InlineData("https://app.example.evil.example/cb")]
    [InlineData("//app.example/cb")]
    [InlineData("javascript:alert(1)")]
    public void Refuses_on_a_page_a_redirect_URI_that_is_not_registered(string uri) => OnPage(Refusal.RedirectUriNotRegistered, With("redirect_uri", uri));

    [Fact]
    public void Refuses_on_a_page_a_request_that_is_absurdly_long() => OnPage(Refusal.AuthorizationRequestTooLong, Valid + "&acr_values=" + new string('a', 9000));

    [Fact]
    public void Refuses_a_state_without_end_and_does_not_echo_it()
    {
        var error = ByRedirect(Refusal.StateTooLong, With("state", new string('s', 4097)));
        Assert.Null(error.State);
    }

    [Theory]
    [InlineData(384)]
    [InlineData(1024)]
    public void Long_nonces_and_states_are_kept_whole(int length)
    {
        var text = new string('x', length);
        var request = Accepted(With("state", text, With("nonce", text)));
        Assert.Equal((text, text), (request.Nonce, request.ReturnAddress.State));
    }

    [Fact]
    public void Refuses_a_nonce_without_end() => ByRedirect(Refusal.NonceTooLong, With("nonce", new string('n', 1025)));

    [Fact]
    public void Neither_state_nor_nonce_is_required() => Accepted(Without("state", Without("nonce")));

    [Fact]
    public void Refuses_what_would_be_hidden_elsewhere()
    {
        ByRedirect(Refusal.RequestObjectNested, Valid + "&request=eyJ");
        ByRedirect(Refusal.RequestObjectNested, Valid + "&request_uri=https://app.example/request.jwt");
        ByRedirect(Refusal.RegistrationParameterUnsupported, Valid + "&registration=%7B%7D");
    }

    [Fact]
    public void Refuses_a_request_without_response_type() => ByRedirect(Refusal.ResponseTypeMissing, Without("response_type"));

    [Theory]
    [InlineData("token")]
    [InlineData("id_token")]
    [InlineData("code+id_token")]
    [InlineData("CODE")]
    [InlineData("none")]
    public void Refuses_every_response_type_but_code(string type) => ByRedirect(Refusal.ResponseTypeUnsupported, With("response_type", type));

    [Theory]
    [InlineData("fragment")]
    [InlineData("web_message")]
    [InlineData("fragment.jwt")]
    [InlineData("JWT")]
    public void Refuses_every_response_mode_but_query_and_form_post_and_says_so_in_the_query(string mode)
    {
        var address = ByRedirect(Refusal.ResponseModeUnsupported, Valid + "&response_mode=" + mode);
        Assert.Equal(ResponseMode.Query, address.ResponseMode);
        Assert.Null(address.Signing);
    }

    [Theory]
    [InlineData("query", ResponseMode.Query, false)]
    [InlineData("form_post", ResponseMode.FormPost, false)]
    [InlineData("jwt", ResponseMode.Query, true)]
    [InlineData("query.jwt", ResponseMode.Query, true)]
    [InlineData("form_post.jwt", ResponseMode.FormPost, true)]
    public void The_answer_travels_as_it_is_or_signed_for_its_client(string name, ResponseMode mode, bool isSigned)
    {
        var client = Given.Client() with { AuthorizationSignedResponseAlg = SignatureAlgorithm.ES256 };
        var address = ((AuthorizationDecision.Accepted)Decide(Valid + "&response_mode=" + name, client)).Request.ReturnAddress;
        Assert.Equal(mode, address.ResponseMode);
        Assert.Equal(isSigned ? new ResponseSigning("app", SignatureAlgorithm.ES256) : null, address.Signing);
    }

    [Fact]
    public void A_state_without_end_is_refused_by_a_signed_answer_where_one_was_asked_for() =>
        Assert.NotNull(ByRedirect(Refusal.StateTooLong, With("state", new string('s', 4097)) + "&response_mode=jwt").Signing);

    [Fact]
    public void Errors_travel_as_the_code_would() =>
        Assert.Equal(ResponseMode.FormPost, ByRedirect(Refusal.ResponseTypeMissing, Without("response_type") + "&response_mode=form_post").ResponseMode);

    [Fact]
    public void Refuses_a_client_without_the_code_grant() =>
        ByRedirect(Refusal.ClientMayNotUseCodeFlow, Valid, Given.Client() with { GrantTypes = [GrantTypes.ClientCredentials] });

    [Fact]
    public void PKCE_is_required() => ByRedirect(Refusal.CodeChallengeMissing, Without("code_challenge"));

    [Theory]
    [InlineData("plain")]
    [InlineData("s256")]
    public void Refuses_every_challenge_method_but_S256(string method) => ByRedirect(Refusal.CodeChallengeMethodUnsupported, With("code_challenge_method", method));

    [Fact]
    public void No_challenge_method_means_plain_and_is_refused() => ByRedirect(Refusal.CodeChallengeMethodUnsupported, Without("code_challenge_method"));

    [Theory]
    [InlineData("short")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM%0A")]
    public void Refuses_a_challenge_that_is_no_SHA256(string challenge) => ByRedirect(Refusal.CodeChallengeMalformed, With("code_challenge", challenge));

    [Fact]
    public void An_operator_can_name_a_client_that_does_without_PKCE()
    {
        var client = Given.Client() with { RequirePkce = false };
        var without = Without("code_challenge", Without("code_challenge_method"));
        Assert.IsType<AuthorizationDecision.Accepted>(Decide(without, client));
        ByRedirect(Refusal.CodeChallengeMethodUnsupported, With("code_challenge_method", "plain"), client);
        ByRedirect(Refusal.CodeChallengeMissing, Without("code_challenge"), client);
    }

    [Fact]
    public void Refuses_a_scope_that_is_not_well_formed() => ByRedirect(Refusal.ScopeMalformed, With("scope", "openid+%22x%22"));

    [Theory]
    [InlineData("openid+unknown")]
    [InlineData("openid+address")]
    [InlineData("notes.admin")]
    public void Refuses_a_scope_that_the_client_may_not_have(string scope) => ByRedirect(Refusal.ScopeNotAllowed, With("scope", scope));

    [Fact]
    public void Refuses_a_scope_of_another_API_than_the_one_named() =>
        ByRedirect(Refusal.ScopeNotAllowed, With("scope", "openid+files.read") + "&resource=https://notes.example");

    [Fact]
    public void Several_resources_may_be_named() =>
        Assert.Equal(["https://files.example", "https://notes.example"],
            Accepted(With("scope", "files.read+notes.read") + "&resource=https://files.example&resource=https://notes.example&resource=https://files.example").Access.ResourceIdentifiers);

    [Fact]
    public void Without_a_scope_the_default_is_what_APIs_the_client_may_use()
    {
        Assert.Equal("notes.read notes.write files.read", Accepted(Without("scope")).Access.Scope.ToString());
        Assert.Equal("files.read", Accepted(Without("scope") + "&resource=https://files.example").Access.Scope.ToString());
        ByRedirect(Refusal.ScopeMissing, Without("scope"), Given.Client() with { Scope = ScopeSet.Of(["openid"]) });
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("/notes")]
    [InlineData("https://notes.example%23x")]
    public void Refuses_a_resource_that_is_no_absolute_URI(string resource) => ByRedirect(Refusal.ResourceMalformed, Valid + "&resource=" + resource);

    [Fact]
    public void Refuses_resources_without_end() =>
        ByRedirect(Refusal.ResourceMalformed, Valid + string.Concat(Enumerable.Repeat("&resource=https://notes.example", 11)));

    [Fact]
    public void Refuses_a_resource_that_the_client_may_not_use() => ByRedirect(Refusal.ResourceNotAllowed, Valid + "&resource=https://other.example");

    [Fact]
    public void Refuses_prompts_that_nobody_defined_and_none_beside_another()
    {
        ByRedirect(Refusal.PromptUnknown, Valid + "&prompt=create");
        ByRedirect(Refusal.PromptNoneWithOthers, Valid + "&prompt=none+login");
        var prompt = Accepted(Valid + "&prompt=login+consent+select_account").SignIn.Prompt;
        Assert.True(prompt is { None: false, Login: true, Consent: true, SelectAccount: true });
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("99999999999999999999")]
    [InlineData("%2B5")]
    public void Refuses_a_max_age_that_is_no_number_of_seconds(string age) => ByRedirect(Refusal.MaxAgeMalformed, Valid + "&max_age=" + age);

    [Fact]
    public void The_clients_own_max_age_stands_where_the_request_has_none()
    {
        var client = Given.Client() with { DefaultMaxAge = 60 };
        Assert.Equal(TimeSpan.FromSeconds(60), ((AuthorizationDecision.Accepted)Decide(Valid, client)).Request.SignIn.MaxAge);
        Assert.Equal(TimeSpan.Zero, ((AuthorizationDecision.Accepted)Decide(Valid + "&max_age=0", client)).Request.SignIn.MaxAge);
    }

    [Fact]
    public void What_is_not_known_is_ignored_and_wishes_may_be_left_unmet() =>
        Accepted(Valid + "&display=touch&ui_locales=fr-CA&claims_locales=de&login_hint=alice&foo=bar&audience=a&audience=b");

    [Fact]
    public void A_hint_is_an_ID_token_of_ours_for_this_client_however_old()
    {
        using var keys = new Keys();
        var request = ((AuthorizationDecision.Accepted)Decide(Valid + "&id_token_hint=" + keys.IdToken("app"), Given.Client(), keys.Published)).Request;
        Assert.Equal([Given.UserId.ToString("D")], request.SignIn.Subjects);
    }

    [Theory]
    [InlineData("other", Given.Issuer, "JWT")]
    [InlineData("app", "https://other.example", "JWT")]
    [InlineData("app", Given.Issuer, "at+jwt")]
    public void Refuses_a_hint_that_is_anothers_or_no_ID_token(string audience, string issuer, string typ)
    {
        using var keys = new Keys();
        ByRedirect(Refusal.IdTokenHintInvalid, Valid + "&id_token_hint=" + keys.IdToken(audience, issuer, typ), Given.Client(), keys.Published);
    }

    [Fact]
    public void Refuses_a_hint_that_a_stranger_signed()
    {
        using var keys = new Keys();
        using var stranger = new Keys();
        ByRedirect(Refusal.IdTokenHintInvalid, Valid + "&id_token_hint=" + stranger.IdToken("app"), Given.Client(), keys.Published);
        ByRedirect(Refusal.IdTokenHintInvalid, Valid + "&id_token_hint=garbage", Given.Client(), keys.Published);
    }

    [Fact]
    public void Claims_go_with_the_code_as_far_as_the_client_may_learn_them()
    {
        var claims = "&claims=" + Uri.EscapeDataString("""{"userinfo":{"email":null,"address":null},"id_token":{"name":null}}""");
        var request = Accepted(Valid + claims);
        Assert.Equal(["email", "name"], request.ClaimsBeyondScope);
        var terms = request.CodeFor(Given.Session(), Given.Now).Terms;
        Assert.Equal(["email"], terms.Claims!.UserInfo.Select(claim => claim.Name));
        Assert.Equal(["name"], terms.Claims.IdToken.Select(claim => claim.Name));
        Assert.Null(Accepted(With("scope", "notes.read") + claims).CodeFor(Given.Session(), Given.Now).Terms.Claims);
        Assert.Equal(GrantTerms.None, Accepted(Valid).CodeFor(Given.Session(), Given.Now).Terms);
    }

    [Fact]
    public void Refuses_claims_that_are_malformed_or_too_long()
    {
        ByRedirect(Refusal.ClaimsMalformed, Valid + "&claims=email");
        ByRedirect(Refusal.ClaimsTooLong, Valid + "&claims=" + new string('x', 4097));
        ByRedirect(Refusal.AcrValuesMalformed, Valid + "&acr_values=" + string.Join('+', Enumerable.Repeat("a", 21)));
    }

    [Fact]
    public void A_hint_and_the_sub_of_claims_mean_one_person()
    {
        using var keys = new Keys();
        var sub = Given.UserId.ToString("D");
        Assert.Equal([sub], Of(sub, $"&id_token_hint={keys.IdToken("app")}"));
        Assert.Empty(Of("another", $"&id_token_hint={keys.IdToken("app")}")!);
        Assert.Equal(["another"], Of("another", ""));

        IReadOnlyList<string>? Of(string asked, string more) => ((AuthorizationDecision.Accepted)Decide(
            Valid + "&claims=" + Uri.EscapeDataString($$$"""{"id_token":{"sub":{"value":"{{{asked}}}"} } }""") + more, Given.Client(), keys.Published)).Request.SignIn.Subjects;
    }

    private static string Without(string name, string? query = null) =>
        string.Join('&', (query ?? Valid).Split('&').Where(p => !p.StartsWith(name + "=", StringComparison.Ordinal)));

    private static string With(string name, string value, string? query = null) => Without(name, query) + $"&{name}={value}";

    private static AuthorizationDecision Decide(string query, Client? client, JsonWebKeySet? keys = null)
    {
        Assert.True(Parameters.Parse(Encoding.UTF8.GetBytes(query)).Try(out var parameters, out _));
        IReadOnlyList<Resource> resources = client is null ? [] : [Given.NotesApi(), Given.FilesApi()];
        return AuthorizationRules.Decide(parameters, new(client, resources, keys ?? new JsonWebKeySet([]), Given.Issuer), Given.Now);
    }

    private static AuthorizationRequest Accepted(string query) => Assert.IsType<AuthorizationDecision.Accepted>(Decide(query, Given.Client())).Request;

    private static void OnPage(Refusal expected, string query) => OnPage(expected, query, Given.Client());

    private static void OnPage(Refusal expected, string query, Client? client) =>
        Assert.Equal(expected, Assert.IsType<AuthorizationDecision.PageError>(Decide(query, client)).Reason);

    private static ReturnAddress ByRedirect(Refusal expected, string query, Client? client = null, JsonWebKeySet? keys = null)
    {
        var error = Assert.IsType<AuthorizationDecision.RedirectError>(Decide(query, client ?? Given.Client(), keys));
        Assert.Equal(expected, error.Reason);
        Assert.Equal("https://app.example/cb", error.ReturnAddress.RedirectUri.Value);
        return error.ReturnAddress;
    }
}
