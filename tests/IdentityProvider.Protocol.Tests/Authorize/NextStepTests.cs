using System.Text;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Authorize;

public sealed class NextStepTests
{
    private static readonly AuthorizationProgress JustCame = AuthorizationProgress.Start(Given.Now);
    private static readonly Session Fresh = Given.Session() with { AuthTime = Given.Now };
    private static readonly Grant Standing = Given.Grant("openid notes.read", "https://notes.example");

    private static readonly AccountFactors WithApp = AccountFactors.None with { HasAuthenticator = true };

    private static readonly Scene Usual = new(Given.Session(), Standing, Given.Client(), "openid notes.read", new JsonWebKeySet([]), JustCame, Given.Now);

    [Fact]
    public void Nobody_signed_in_must_sign_in() => Assert.IsType<NextStep.Login>(Decide("", Usual with { Session = null }));

    [Fact]
    public void Signed_in_and_agreed_before_gets_the_code_at_once() => Assert.IsType<NextStep.Issue>(Decide(""));

    [Fact]
    public void Who_never_agreed_is_asked() => Assert.IsType<NextStep.Consent>(Decide("", Usual with { Grant = null }));

    [Fact]
    public void More_than_was_agreed_to_is_asked_about()
    {
        Assert.IsType<NextStep.Consent>(Decide("", Usual with { Grant = Given.Grant("openid", "https://notes.example") }));
        Assert.IsType<NextStep.Consent>(Decide("", Usual with { Grant = Given.Grant("openid notes.read") }));
    }

    [Fact]
    public void A_client_that_an_operator_trusts_asks_nothing() =>
        Assert.IsType<NextStep.Issue>(Decide("", Usual with { Grant = null, Client = Given.Client() with { RequireConsent = false } }));

    [Fact]
    public void Access_while_away_is_asked_about_like_everything_else()
    {
        var trusted = Given.Client() with { RequireConsent = false };
        Assert.IsType<NextStep.Consent>(Decide("", Usual with { Scope = "openid notes.read offline_access" }));
        Assert.IsType<NextStep.Issue>(Decide("", Usual with { Grant = null, Client = trusted, Scope = "openid offline_access" }));
    }

    [Fact]
    public void Prompt_none_shows_no_page()
    {
        Refuses(Refusal.LoginRequired, Decide("prompt=none", Usual with { Session = null }));
        Refuses(Refusal.ConsentRequired, Decide("prompt=none", Usual with { Grant = null }));
        Refuses(Refusal.LoginRequired, Decide("prompt=none&max_age=60"));
        Assert.IsType<NextStep.Issue>(Decide("prompt=none"));
    }

    [Fact]
    public void Prompt_create_is_met_by_a_sign_in_since_the_request_came_and_by_no_session_from_before()
    {
        Assert.IsType<NextStep.SignUp>(Decide("prompt=create", Usual with { Session = null }));
        Assert.IsType<NextStep.SignUp>(Decide("prompt=create"));
        Assert.IsType<NextStep.SignUp>(Decide("prompt=create+consent"));
        Assert.IsType<NextStep.Issue>(Decide("prompt=create", Usual with { Session = Fresh }));
    }

    [Fact]
    public void Prompt_login_is_met_by_a_sign_in_since_the_request_came_and_by_no_other()
    {
        Assert.IsType<NextStep.Login>(Decide("prompt=login"));
        Assert.IsType<NextStep.Login>(Decide("prompt=login", Usual with { Session = Fresh with { AuthTime = Given.Now - TimeSpan.FromMilliseconds(1) } }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=login", Usual with { Session = Fresh }));
    }

    [Fact]
    public void Max_age_asks_for_a_younger_sign_in()
    {
        Assert.IsType<NextStep.Login>(Decide("max_age=599"));
        Assert.IsType<NextStep.Issue>(Decide("max_age=600"));
        Assert.IsType<NextStep.Login>(Decide("max_age=0"));
        Assert.IsType<NextStep.Issue>(Decide("max_age=0", Usual with { Session = Fresh, Now = Given.Now + TimeSpan.FromSeconds(30) }));
        Assert.IsType<NextStep.Login>(Decide("", Usual with { Client = Given.Client() with { DefaultMaxAge = 60 } }));
    }

    [Fact]
    public void The_age_of_a_sign_in_is_counted_from_the_whole_second_that_tokens_say()
    {
        var between = Usual with { Session = Given.Session() with { AuthTime = Given.Now - TimeSpan.FromSeconds(599.5) } };
        Assert.IsType<NextStep.Login>(Decide("max_age=599", between));
        Assert.IsType<NextStep.Issue>(Decide("max_age=600", between));
        Assert.IsType<NextStep.Login>(Decide("max_age=600", between with { Now = Given.Now + TimeSpan.FromMilliseconds(1), Progress = JustCame with { StartedAt = Given.Now } }));
    }

    [Fact]
    public void A_sign_in_that_grew_too_old_on_our_pages_is_asked_again() =>
        Assert.IsType<NextStep.Login>(Decide("max_age=900", Usual with { Now = Given.Now + TimeSpan.FromMinutes(6) }));

    [Fact]
    public void Prompt_consent_is_met_by_a_consent_since_the_request_came_and_by_no_other()
    {
        Assert.IsType<NextStep.Consent>(Decide("prompt=consent"));
        Assert.IsType<NextStep.Consent>(Decide("prompt=consent", Usual with { Client = Given.Client() with { RequireConsent = false } }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=consent", Usual with { Grant = Standing with { UpdatedAt = Given.Now } }));
    }

    [Theory]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://[::1]/cb")]
    [InlineData("com.example.app:/cb")]
    public void An_old_consent_is_not_enough_for_a_public_client_that_any_app_on_the_device_could_be(string redirectUri)
    {
        var native = Usual with
        {
            RedirectUri = redirectUri,
            Client = Given.PublicClient() with { ClientId = "app", ApplicationType = ApplicationType.Native, RedirectUris = [redirectUri] },
        };
        Assert.IsType<NextStep.Consent>(Decide("", native));
        Assert.IsType<NextStep.Consent>(Decide("", native with { Grant = null }));
        Refuses(Refusal.ConsentRequired, Decide("prompt=none", native));
        Assert.IsType<NextStep.Issue>(Decide("", native with { Grant = Standing with { UpdatedAt = Given.Now } }));
        Assert.IsType<NextStep.Consent>(Decide("", native with { Grant = Given.Grant("openid", "https://notes.example") with { UpdatedAt = Given.Now } }));

        // An operator who vouches for it was warned.
        Assert.IsType<NextStep.Issue>(Decide("prompt=none", native with { Client = native.Client with { RequireConsent = false } }));
    }

    [Fact]
    public void An_old_consent_is_enough_where_the_redirect_or_a_secret_says_who_the_client_is()
    {
        const string Loopback = "http://127.0.0.1/cb";
        Assert.IsType<NextStep.Issue>(Decide("prompt=none", Usual with { Client = Given.PublicClient() with { ClientId = "app" } }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=none", Usual with { RedirectUri = Loopback, Client = Given.Client() with { RedirectUris = [Loopback] } }));
    }

    [Fact]
    public void An_old_consent_does_not_say_of_which_API_a_scope_is_that_two_have_come_to_define()
    {
        var grant = Given.Grant("openid notes.read notes.write files.read", "https://notes.example", "https://files.example");
        var shared = Usual with
        {
            Grant = grant,
            Apis = [Given.NotesApi(), Given.FilesApi() with { Scopes = [new("files.read"), new("notes.read")] }],
        };
        Assert.IsType<NextStep.Consent>(Decide("resource=https://files.example", shared));
        Refuses(Refusal.ConsentRequired, Decide("prompt=none&resource=https://files.example", shared));
        Assert.IsType<NextStep.Issue>(Decide("resource=https://files.example", shared with { Grant = grant with { UpdatedAt = Given.Now } }));
        Assert.IsType<NextStep.Issue>(Decide("resource=https://files.example", shared with { Scope = "openid files.read" }));
        Assert.IsType<NextStep.Issue>(Decide("resource=https://files.example", shared with { Client = Given.Client() with { RequireConsent = false } }));
    }

    [Fact]
    public void Prompt_select_account_is_met_by_choosing_this_session_or_by_signing_in()
    {
        Assert.IsType<NextStep.SelectAccount>(Decide("prompt=select_account"));
        Assert.IsType<NextStep.SelectAccount>(Decide("prompt=select_account", Usual with { Progress = JustCame with { ChosenSession = Guid.Empty } }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=select_account", Usual with { Progress = JustCame with { ChosenSession = Given.SessionId } }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=select_account", Usual with { Session = Fresh }));
        Assert.IsType<NextStep.Login>(Decide("prompt=select_account", Usual with { Progress = JustCame with { WantsAnotherAccount = true } }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=select_account", Usual with { Session = Fresh, Progress = JustCame with { WantsAnotherAccount = true } }));
    }

    [Fact]
    public void A_hint_at_another_person_asks_for_that_person_once()
    {
        using var keys = new Keys();
        var other = "id_token_hint=" + keys.IdToken("app", subject: "99999999-9999-4999-8999-999999999999");
        Assert.IsType<NextStep.Login>(Decide(other, Usual with { Keys = keys.Published }));
        Refuses(Refusal.LoginRequired, Decide(other + "&prompt=none", Usual with { Keys = keys.Published }));
        Refuses(Refusal.LoginRequired, Decide(other, Usual with { Session = Fresh, Keys = keys.Published }));
        Assert.IsType<NextStep.Issue>(Decide("prompt=none&id_token_hint=" + keys.IdToken("app"), Usual with { Keys = keys.Published }));
    }

    [Fact]
    public void The_sub_of_claims_asks_for_that_person_once()
    {
        Assert.IsType<NextStep.Login>(Decide(Claims("""{"id_token":{"sub":{"value":"99999999-9999-4999-8999-999999999999"}}}""")));
        Refuses(Refusal.LoginRequired, Decide(Claims("""{"userinfo":{"sub":{"value":"somebody"}}}"""), Usual with { Session = Fresh }));
        Assert.IsType<NextStep.Issue>(Decide(Claims($$$"""{"id_token":{"sub":{"value":"{{{Given.UserId}}}"} } }""")));
    }

    [Fact]
    public void A_class_of_sign_in_that_is_needed_is_tried_and_then_refused()
    {
        var needed = Claims($$$"""{"id_token":{"acr":{"essential":true,"values":["{{{AcrRules.OneFactor}}}"]} } }""");
        Assert.IsType<NextStep.Issue>(Decide(needed, Usual with { Session = Given.Session() with { Acr = AcrRules.OneFactor } }));
        Assert.IsType<NextStep.Login>(Decide(needed));
        Refuses(Refusal.LoginRequired, Decide("prompt=none&" + needed));
        Refuses(Refusal.AuthenticationRequirementsUnmet, Decide(needed, Usual with { Session = Fresh }));
        Refuses(Refusal.AuthenticationRequirementsUnmet, Decide("acr_values=gold"));
        Assert.IsType<NextStep.Issue>(Decide("acr_values=gold", Usual with { Scope = "openid" }));
    }

    [Fact]
    public void Two_factors_that_are_needed_are_asked_of_who_has_them_and_set_up_by_who_has_not()
    {
        var needed = Claims($$$"""{"id_token":{"acr":{"essential":true,"values":["{{{AcrRules.TwoFactors}}}"]} } }""");
        var password = Usual with { Session = Fresh with { Amr = ["pwd"], Acr = AcrRules.OneFactor } };
        Assert.False(Assert.IsType<NextStep.SecondFactor>(Decide(needed, password with { Account = WithApp })).MustEnroll);
        Assert.True(Assert.IsType<NextStep.SecondFactor>(Decide(needed, password)).MustEnroll);
        Refuses(Refusal.LoginRequired, Decide("prompt=none&" + needed, password with { Account = WithApp }));
        Refuses(Refusal.LoginRequired, Decide("prompt=none&" + needed, password));
        Assert.IsType<NextStep.Issue>(Decide(needed, Usual with { Session = Fresh with { Amr = ["pwd", "otp", "mfa"], Acr = AcrRules.TwoFactors } }));
    }

    [Fact]
    public void A_wish_for_two_factors_asks_only_those_who_have_a_second_one()
    {
        var wish = "acr_values=" + AcrRules.TwoFactors;
        var password = Usual with { Scope = "openid", Session = Given.Session() with { Amr = ["pwd"], Acr = AcrRules.OneFactor } };
        Assert.IsType<NextStep.SecondFactor>(Decide(wish, password with { Account = WithApp }));
        Assert.IsType<NextStep.Issue>(Decide(wish, password));
        Assert.IsType<NextStep.Issue>(Decide($"{wish} {AcrRules.OneFactor}", password with { Account = WithApp }));
    }

    [Fact]
    public void Policy_of_the_client_or_of_a_role_asks_for_two_factors_and_takes_a_remembered_one()
    {
        var strict = Usual with { Client = Given.Client() with { RequireMfa = true }, Session = Given.Session() with { Amr = ["pwd"] }, Account = WithApp };
        Assert.IsType<NextStep.SecondFactor>(Decide("", strict));
        Assert.IsType<NextStep.SecondFactor>(Decide("", strict with { Client = Given.Client(), Account = WithApp with { IsRequiredByRole = true } }));
        Assert.IsType<NextStep.Issue>(Decide("", strict with { Session = strict.Session! with { SecondFactorRemembered = true } }));
        Assert.IsType<NextStep.Issue>(Decide("", strict with { Client = Given.Client() }));

        // What makes the person sign in anew goes first: they prove both then.
        Assert.IsType<NextStep.Login>(Decide("prompt=login", strict));
    }

    [Fact]
    public void A_claim_beyond_the_scopes_is_asked_about_until_it_was_agreed_to()
    {
        var asked = Claims("""{"userinfo":{"given_name":{"essential":true},"address":null}}""");
        Assert.IsType<NextStep.Consent>(Decide(asked));
        Refuses(Refusal.ConsentRequired, Decide("prompt=none&" + asked));
        Assert.IsType<NextStep.Issue>(Decide(asked, Usual with { Grant = Standing with { Claims = ["given_name"] } }));
        Assert.IsType<NextStep.Issue>(Decide(asked, Usual with { Grant = Standing with { Scope = ScopeSet.Of(["openid", "notes.read", "profile"]) } }));
        Assert.IsType<NextStep.Consent>(Decide(asked, Usual with { Grant = Standing with { Claims = ["email"] } }));
        Assert.IsType<NextStep.Issue>(Decide(asked, Usual with { Client = Given.Client() with { RequireConsent = false } }));
    }

    [Fact]
    public void A_consent_keeps_what_was_agreed_to_by_name_until_the_client_loses_it()
    {
        var more = Standing with { Claims = ["email"] };
        Assert.Equal(["given_name", "email"], Grant.Widen(Standing with { Claims = ["given_name"] }, more, Given.Client()).Claims);
        Assert.Equal(["email"], Grant.Widen(Standing with { Claims = ["given_name"] }, more, Given.Client() with { Scope = ScopeSet.Of(["openid", "email"]) }).Claims);
    }

    [Fact]
    public void Who_said_no_said_no() => Refuses(Refusal.ConsentDenied, Decide("", Usual with { Progress = JustCame with { ConsentDenied = true } }));

    [Fact]
    public void Everything_is_asked_in_one_order_login_account_consent()
    {
        const string All = "prompt=login+consent+select_account";
        Assert.IsType<NextStep.Login>(Decide(All));
        Assert.IsType<NextStep.Consent>(Decide(All, Usual with { Session = Fresh }));
        Assert.IsType<NextStep.Issue>(Decide(All, Usual with { Session = Fresh, Grant = Standing with { UpdatedAt = Given.Now } }));
    }

    private static string Claims(string json) => "claims=" + Uri.EscapeDataString(json);

    private static NextStep Decide(string query, Scene? given = null)
    {
        var scene = given ?? Usual;
        var whole = $"client_id=app&redirect_uri={Uri.EscapeDataString(scene.RedirectUri)}&response_type=code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            + $"&code_challenge_method=S256&scope={Uri.EscapeDataString(scene.Scope)}&{query}";
        Assert.True(Parameters.Parse(Encoding.UTF8.GetBytes(whole)).Try(out var parameters, out _));
        var known = new AuthorizationRules.Known(scene.Client, scene.Apis, scene.Keys, Given.Issuer) { OffersAccounts = true };
        var request = Assert.IsType<AuthorizationDecision.Accepted>(AuthorizationRules.Decide(parameters, known, Given.Now)).Request;
        return NextStep.Decide(request, scene.Session, scene.Grant, scene.Progress, scene.Now, scene.Account);
    }

    private static void Refuses(Refusal expected, NextStep step) => Assert.Equal(expected, Assert.IsType<NextStep.Refuse>(step).Reason);

    private sealed record Scene(Session? Session, Grant? Grant, Client Client, string Scope, JsonWebKeySet Keys, AuthorizationProgress Progress, DateTimeOffset Now)
    {
        public string RedirectUri { get; init; } = "https://app.example/cb";

        public AccountFactors? Account { get; init; }

        public IReadOnlyList<Resource> Apis { get; init; } = [Given.NotesApi(), Given.FilesApi()];
    }
}
