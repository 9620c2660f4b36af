using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Admin;

public sealed class ConsoleSignInRulesTests
{
    private const string Browser = "the-secret-of-this-browser-the-secret-of-th";
    private const string Salt = "salt";

    private static readonly Client Console = BuiltInClients.Find(BuiltInClients.Console, Given.Issuer)!;

    [Fact]
    public void Asks_as_any_app_does_with_PKCE_state_and_nonce()
    {
        var request = Given.Parameters(ConsoleSignInRules.Request(Given.Issuer, "the-state", Browser, Salt, null));
        var known = new AuthorizationRules.Known(Console, [AdminApi.Of(Given.Issuer)], Given.Jwks, Given.Issuer);
        var accepted = Assert.IsType<AuthorizationDecision.Accepted>(AuthorizationRules.Decide(request, known, Given.Now)).Request;
        Assert.Equal($"{Given.Issuer}/admin/callback", accepted.ReturnAddress.RedirectUri.Value);
        Assert.Equal("the-state", request["state"]);
        Assert.Equal(43, request["nonce"]!.Length);
        Assert.Null(CodeVerifier.Refuse(ConsoleSignInRules.VerifierOf(Browser, Salt), request["code_challenge"]));
        Assert.NotEqual(request["nonce"], ConsoleSignInRules.VerifierOf(Browser, Salt));
        Assert.Null(request["max_age"]);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public void A_step_up_asks_for_a_fresh_sign_in_and_of_who_has_two_factors_for_both(bool needsTwo, int values)
    {
        var request = Given.Parameters(ConsoleSignInRules.Request(Given.Issuer, "s", Browser, Salt, new ConsoleStepUp(needsTwo)));
        var known = new AuthorizationRules.Known(Console, [AdminApi.Of(Given.Issuer)], Given.Jwks, Given.Issuer);
        var accepted = Assert.IsType<AuthorizationDecision.Accepted>(AuthorizationRules.Decide(request, known, Given.Now)).Request;
        Assert.Equal(TimeSpan.FromMinutes(5), accepted.SignIn.MaxAge);
        Assert.Equal(values, accepted.SignIn.Acr.Values.Count);
        Assert.Equal(needsTwo, accepted.SignIn.Acr.IsNeeded);
    }

    [Fact]
    public void Refuses_an_answer_of_another_issuer_an_error_and_nothing()
    {
        Assert.Equal("c", Given.Allowed(ConsoleSignInRules.ReadCode(Given.Parameters($"code=c&iss={Given.Issuer}"), Given.Issuer)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(ConsoleSignInRules.ReadCode(Given.Parameters("code=c&iss=https://other.example"), Given.Issuer)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(ConsoleSignInRules.ReadCode(Given.Parameters("code=c"), Given.Issuer)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(ConsoleSignInRules.ReadCode(Given.Parameters($"iss={Given.Issuer}"), Given.Issuer)));
        Assert.Equal(Refusal.ConsoleSignInRefused, Given.Refused(ConsoleSignInRules.ReadCode(Given.Parameters($"code=c&error=access_denied&iss={Given.Issuer}"), Given.Issuer)));
    }

    [Fact]
    public void Takes_the_tokens_of_its_own_request_alone()
    {
        var (id, access) = Tokens(Nonce());
        Assert.Equal(Given.FamilyId, Given.Allowed(Accept(id, access)).FamilyId);

        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(Accept(Tokens("another").Id, access)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(Accept(Tokens(null).Id, access)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(Accept(Tokens(Nonce(), Console with { ClientId = "app" }).Id, access)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(ConsoleSignInRules.Accept(id, access, Browser, "other", Given.Jwks, Given.Issuer, Given.Now)));
        Assert.Equal(Refusal.ConsoleAnswerInvalid, Given.Refused(Accept(id, Given.AccessToken())));
        Assert.Equal(Refusal.BearerTokenMalformed, Given.Refused(Accept(id, "none")));
    }

    [Fact]
    public void A_sign_in_goes_as_far_as_the_persons_role()
    {
        Assert.Equal(Refusal.AdminRoleInsufficient, Given.Allowed(Decide(roles: ["auditor"])).Refuse(AdminArea.Clients, writes: true));
        Assert.Null(Given.Allowed(Decide(roles: ["admin"])).Refuse(AdminArea.Keys, writes: true));
        Assert.Equal(Refusal.AdminRoleInsufficient, Given.Refused(Decide(roles: [])));
    }

    [Fact]
    public void A_sign_in_ends_with_its_family_its_session_and_its_account()
    {
        ConsoleFacts[] gone =
        [
            Facts with { Family = null },
            Facts with { Family = Family with { ClientId = "app" } },
            Facts with { Family = Family with { EndedAt = Given.Now } },
            Facts with { Family = Family with { ExpiresAt = Given.Now } },
            Facts with { Family = Family with { SessionId = null } },
            Facts with { Session = null },
            Facts with { Session = Given.Session() with { EndedAt = Given.Now } },
            Facts with { Session = Given.Session() with { LastUsedAt = Given.Now - Given.IdleLimit } },
            Facts with { User = null },
            Facts with { User = Given.User() with { IsActive = false } },
            Facts with { User = Given.User() with { UserId = Given.SessionId } },
        ];
        Assert.All(gone, facts => Assert.Equal(Refusal.BearerTokenRevoked, Given.Refused(Decide(facts, "admin"))));
    }

    [Fact]
    public void A_step_up_is_missing_until_the_sign_in_is_fresh_and_of_all_factors_that_there_are()
    {
        var fresh = Given.Session() with { AuthTime = Given.Now - TimeSpan.FromMinutes(5) };
        var two = AccountFactors.None with { HasAuthenticator = true };
        Assert.Null(ConsoleSignInRules.MissingOf(fresh, AccountFactors.None, Given.Now));
        Assert.Equal(new ConsoleStepUp(false), ConsoleSignInRules.MissingOf(fresh with { AuthTime = Given.Now - TimeSpan.FromMinutes(6) }, AccountFactors.None, Given.Now));
        Assert.Equal(new ConsoleStepUp(true), ConsoleSignInRules.MissingOf(fresh, two, Given.Now));
        Assert.Equal(new ConsoleStepUp(true), ConsoleSignInRules.MissingOf(fresh, AccountFactors.None with { IsRequiredByRole = true }, Given.Now));
        var both = fresh with { Amr = ["pwd", "otp", "mfa"] };
        Assert.Null(ConsoleSignInRules.MissingOf(both, two, Given.Now));
        Assert.Equal(new ConsoleStepUp(true), ConsoleSignInRules.MissingOf(both with { SecondFactorRemembered = true }, two, Given.Now));
    }

    [Fact]
    public void Built_in_clients_cant_be_taken_by_a_name_that_looks_like_theirs()
    {
        Assert.True(BuiltInClients.IsIdentifier("IDP-Console"));
        Assert.Null(BuiltInClients.Find("IDP-Console", Given.Issuer));
        Assert.False(BuiltInClients.IsIdentifier("console"));
        Assert.Empty(Console.Secrets);
        Assert.False(Console.IsPublic);
    }

    private static TokenFamily Family => Given.Family() with { ClientId = BuiltInClients.Console, Scope = Console.Scope };

    private static ConsoleFacts Facts => new(Family, Given.Session(), Given.User());

    private static Decision<AdminAuthority> Decide(ConsoleFacts? facts = null, params string[] roles) =>
        ConsoleSignInRules.Decide(Given.Issuer, facts ?? Facts, roles, Given.IdleLimit, Given.Now);

    private static Decision<ConsoleSignIn> Accept(string id, string access) => ConsoleSignInRules.Accept(id, access, Browser, Salt, Given.Jwks, Given.Issuer, Given.Now);

    private static string Nonce() => Given.Parameters(ConsoleSignInRules.Request(Given.Issuer, "s", Browser, Salt, null))["nonce"]!;

    private static (string Id, string Access) Tokens(string? nonce, Client? client = null)
    {
        client ??= Console;
        var code = Given.Code() with { ClientId = client.ClientId, Scope = client.Scope, Resources = client.Resources, Nonce = nonce };
        var plan = Given.Plan(code, client, AdminApi.Of(Given.Issuer));
        var access = AccessToken.Sign(plan.AccessToken, Given.SigningKey, Given.Issuer, TokenIdentifier.InFamily(Given.FamilyId, [1, 2, 3, 4, 5, 6, 7, 8]));
        return (IdToken.Sign(plan.IdToken!, Given.SigningKey, Given.Issuer, access), access);
    }
}
