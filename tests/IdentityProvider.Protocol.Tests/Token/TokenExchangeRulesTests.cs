using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tests.DPoP;
using IdentityProvider.Protocol.Token;
using IdentityProvider.Protocol.Tokens;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Token;

public sealed class TokenExchangeRulesTests
{
    private const string Form = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=s&subject_token_type=urn:ietf:params:oauth:token-type:access_token";
    private const string WithActor = Form + "&actor_token=a&actor_token_type=urn:ietf:params:oauth:token-type:jwt";

    private static readonly TokenExchangePolicy Delegating = new() { SubjectAudiences = [Given.NotesApi().Identifier], Scope = "files.read", Delegation = true };

    private static readonly Client Gateway = Given.ConfidentialClient() with
    {
        ClientId = "notes-api",
        GrantTypes = [GrantTypes.TokenExchange],
        RedirectUris = [],
        Scope = ScopeSet.Of(["notes.read", "files.read"]),
        TokenExchange = Delegating,
    };

    [Fact]
    public void Gives_a_token_of_the_same_sign_in_for_an_API_further_on_and_says_who_acts()
    {
        var plan = Given.Allowed(Decide(Form + "&audience=https://files.example"));

        Assert.Equal((Given.FamilyId, "notes-api"), (plan.AccessToken.Family!.FamilyId, plan.AccessToken.Client.ClientId));
        Assert.Equal("https://files.example", plan.AccessToken.Target.Resource!.Identifier);
        Assert.Equal("files.read", plan.AccessToken.Scope.ToString());
        Assert.Equal(new Actor("notes-api"), plan.AccessToken.Actor);
        Assert.Null(plan.RefreshToken);
        Assert.Null(plan.IdToken);
    }

    [Fact]
    public void The_new_token_names_the_person_the_client_and_the_actor()
    {
        var plan = Given.Allowed(Decide(Form + "&resource=https://notes.example"));
        var claims = Given.Claims(AccessToken.Sign(plan.AccessToken, Given.SigningKey, Given.Issuer, "jti"));
        Assert.Equal((Given.UserId.ToString("D"), "notes-api"), (claims.GetProperty("sub").GetString(), claims.GetProperty("client_id").GetString()));
        Assert.Equal("""{"sub":"notes-api"}""", claims.GetProperty("act").GetRawText());
    }

    [Fact]
    public void It_lives_no_longer_than_the_token_that_was_exchanged()
    {
        var later = Given.Now + TimeSpan.FromMinutes(10);
        Assert.Equal(Given.Now + TimeSpan.FromMinutes(15), Given.Allowed(Decide(Form + "&resource=https://files.example", now: later)).AccessToken.ExpiresAt);
    }

    [Fact]
    public void Impersonation_shows_nobody_but_who_acted_before()
    {
        var client = Gateway with { TokenExchange = Delegating with { Impersonation = true, Delegation = false } };
        Assert.Null(Given.Allowed(Decide(Form + "&resource=https://files.example", client)).AccessToken.Actor);

        var before = new Actor("first");
        Assert.Equal(before, Given.Allowed(Decide(Form + "&resource=https://files.example", client, Subject(actor: before))).AccessToken.Actor);
    }

    [Fact]
    public void An_actor_token_of_the_clients_own_names_who_acts()
    {
        var plan = Given.Allowed(Decide(WithActor + "&resource=https://files.example", actor: Own("agent")));
        Assert.Equal(new Actor(Given.UserId.ToString("D")), plan.AccessToken.Actor);
    }

    [Fact]
    public void Actors_make_a_chain_that_ends()
    {
        var chain = new Actor("c4", new Actor("c3", new Actor("c2", new Actor("c1"))));
        var plan = Given.Allowed(Decide(Form + "&resource=https://files.example", subject: Subject(actor: chain)));
        Assert.Equal(new Actor("notes-api", chain), plan.AccessToken.Actor);
        Assert.Equal(
            """{"sub":"notes-api","act":{"sub":"c4","act":{"sub":"c3","act":{"sub":"c2","act":{"sub":"c1"}}}}}""",
            Given.Written(plan.AccessToken.Actor!.WriteTo).GetRawText());

        var tooLong = new Actor("c5", chain);
        Assert.Equal(Refusal.TooManyActors, Given.Refused(Decide(Form + "&resource=https://files.example", subject: Subject(actor: tooLong))));
    }

    [Fact]
    public void Where_the_token_names_who_may_act_nobody_else_does()
    {
        Assert.Equal(Refusal.ActorIsNotTheOneNamed, Given.Refused(Decide(Form + "&resource=https://files.example", subject: Subject(mayAct: """{"sub":"other"}"""))));
        Assert.Equal(Refusal.ActorIsNotTheOneNamed, Given.Refused(Decide(Form + "&resource=https://files.example", subject: Subject(mayAct: "{}"))));
        var impersonating = Gateway with { TokenExchange = Delegating with { Impersonation = true } };
        Assert.Equal(Refusal.ActorIsNotTheOneNamed, Given.Refused(Decide(Form + "&resource=https://files.example", impersonating, Subject(mayAct: """{"sub":"other"}"""))));
        Assert.Equal("notes-api", Given.Allowed(Decide(Form + "&resource=https://files.example", subject: Subject(mayAct: """{"sub":"notes-api"}"""))).AccessToken.Actor!.Subject);
    }

    [Fact]
    public void Refuses_a_subject_token_that_did_not_verify_or_no_longer_stands()
    {
        Assert.Equal(Refusal.SubjectTokenInvalid, Given.Refused(TokenExchangeRules.Decide(Request(Form), Given.Authenticated(Gateway), new(null, null, []), Given.Now)));
        foreach (var standing in new[]
        {
            Standing() with { IsRevoked = true }, Standing() with { Client = null }, Standing() with { User = Given.User() with { IsActive = false } },
            Standing() with { Family = Given.Family() with { EndedAt = Given.Now } },
        })
            Assert.Equal(Refusal.SubjectTokenInvalid, Given.Refused(Decide(Form, subject: new PresentedToken(Given.VerifiedAccessToken(), standing))));
    }

    [Fact]
    public void Refuses_a_clients_own_token()
    {
        var own = new PresentedToken(Given.ClientsOwnAccessToken(), new AccessTokenFacts(Given.ConfidentialClient(), null, null, false));
        Assert.Equal(Refusal.SubjectIsNoPerson, Given.Refused(Decide(Form, subject: own)));
    }

    [Fact]
    public void Refuses_tokens_that_the_operator_does_not_let_it_exchange()
    {
        Assert.Equal(Refusal.SubjectTokenNotAllowed, Given.Refused(Decide(Form, Gateway with { TokenExchange = null })));
        Assert.Equal(Refusal.SubjectTokenNotAllowed, Given.Refused(Decide(Form, Gateway with { TokenExchange = Delegating with { SubjectAudiences = ["https://files.example"], SubjectClients = ["other"] } })));
        Given.Allowed(Decide(Form + "&resource=https://files.example", Gateway with { TokenExchange = Delegating with { SubjectAudiences = [], SubjectClients = ["app"] } }));
    }

    [Fact]
    public void Refuses_an_actor_token_that_does_not_stand_is_anothers_or_is_not_wanted()
    {
        Assert.Equal(Refusal.ActorTokenInvalid, Given.Refused(Decide(WithActor)));
        Assert.Equal(Refusal.ActorTokenInvalid, Given.Refused(Decide(WithActor, actor: Own("agent") with { Standing = Standing("notes-api") with { IsRevoked = true } })));
        Assert.Equal(Refusal.ActorTokenNotAllowed, Given.Refused(Decide(WithActor, actor: Subject())));
        var impersonating = Gateway with { TokenExchange = Delegating with { Impersonation = true, Delegation = false } };
        Assert.Equal(Refusal.ActorTokenNotAllowed, Given.Refused(Decide(WithActor, impersonating, actor: Own("agent"))));
    }

    [Fact]
    public void Goes_on_to_no_API_beyond_the_policy()
    {
        var narrow = Gateway with { TokenExchange = Delegating with { Resources = ["https://files.example"] } };
        Assert.Equal("https://files.example", Given.Allowed(Decide(Form, narrow)).AccessToken.Target.Resource!.Identifier);
        Assert.Equal(Refusal.ResourceNotAllowed, Given.Refused(Decide(Form + "&resource=https://notes.example", narrow)));
        Assert.Equal(Refusal.SeveralResources, Given.Refused(Decide(Form)));
    }

    [Fact]
    public void Gives_no_scope_that_neither_the_token_nor_the_operator_gives()
    {
        Assert.Equal(Refusal.ScopeExceedsGrant, Given.Refused(Decide(Form + "&scope=notes.write&resource=https://notes.example", Gateway with { Scope = ScopeSet.Of(["notes.read", "notes.write"]) })));
        Assert.Equal(Refusal.ScopeExceedsGrant, Given.Refused(Decide(Form + "&scope=notes.read&resource=https://notes.example", Gateway with { Scope = ScopeSet.Of(["files.read"]) })));
        Assert.Equal(Refusal.ScopeNotAllowed, Given.Refused(Decide(Form + "&resource=https://files.example", Gateway with { TokenExchange = Delegating with { Scope = null } })));
        Assert.Equal(Refusal.ScopeNotAllowed, Given.Refused(Decide(Form, Gateway, known: [])));
        Assert.Equal("notes.read", Given.Allowed(Decide(Form + "&resource=https://notes.example")).AccessToken.Scope.ToString());
    }

    [Fact]
    public void A_client_that_lost_all_its_tokens_lost_those_it_exchanged()
    {
        var token = Given.VerifiedAccessToken();
        var others = new AccessTokenFacts(Gateway with { TokensNotBefore = Given.Now }, Given.Family() with { ClientId = "another" }, Given.User(), false);
        Assert.Equal(Refusal.BearerTokenRevoked, AccessTokenRules.RefuseRevoked(token, others, Given.Now));
        Assert.Null(AccessTokenRules.RefuseRevoked(token, others with { Family = Given.Family() }, Given.Now));
    }

    [Fact]
    public void A_bound_token_stays_bound_to_whoever_exchanges_it_and_a_clients_own_to_the_same_key()
    {
        using var key = new ProofKey();
        using var other = new ProofKey();
        var own = Gateway with { TokenExchange = Delegating with { SubjectClients = [Gateway.ClientId] } };
        PresentedToken Bound(string clientId) => new(
            Verified(claims => claims.Replace("\"client_id\":\"app\"", $"\"client_id\":\"{clientId}\"", StringComparison.Ordinal)[..^1] + $$$""","cnf":{"jkt":"{{{key.Thumbprint}}}"}}"""), Standing(clientId));
        Decision<TokenPlan> By(ProofKey? held, PresentedToken subject, PresentedToken? actor = null) => TokenExchangeRules.Decide(
            Request((actor is null ? Form : WithActor) + "&resource=https://files.example"), Given.Allowed(SenderRules.Bind(Given.Authenticated(own), held?.Good(), null)), new(subject, actor, [Given.FilesApi()]), Given.Now);

        Assert.Equal(Refusal.SubjectTokenBound, Given.Refused(By(null, Bound("app"))));
        Assert.Equal(other.Thumbprint, Given.Allowed(By(other, Bound("app"))).AccessToken.Confirmation!.JwkThumbprint);
        Assert.Equal(Refusal.SubjectTokenBound, Given.Refused(By(null, Bound("notes-api"))));
        Assert.Equal(Refusal.SubjectTokenBound, Given.Refused(By(other, Bound("notes-api"))));
        Assert.Equal(key.Thumbprint, Given.Allowed(By(key, Bound("notes-api"))).AccessToken.Confirmation!.JwkThumbprint);
        Assert.Equal(Refusal.ActorTokenInvalid, Given.Refused(By(other, Subject(), Bound("notes-api"))));
        Given.Allowed(By(key, Subject(), Bound("notes-api")));
    }

    private static Decision<TokenPlan> Decide(
        string form, Client? client = null, PresentedToken? subject = null, PresentedToken? actor = null, IReadOnlyList<Resource>? known = null, DateTimeOffset? now = null) =>
        TokenExchangeRules.Decide(
            Request(form), Given.Authenticated(client ?? Gateway), new TokenExchangeFacts(subject ?? Subject(), actor, known ?? [Given.NotesApi(), Given.FilesApi()]), now ?? Given.Now);

    private static TokenRequest.TokenExchange Request(string form) => Given.TokenRequest<TokenRequest.TokenExchange>(form, Gateway);

    private static AccessTokenFacts Standing(string clientId = "app") => new(Given.ConfidentialClient() with { ClientId = clientId }, Given.Family(), Given.User(), false);

    private static PresentedToken Own(string name) => new(Verified(claims => claims.Replace("\"client_id\":\"app\"", "\"client_id\":\"notes-api\"", StringComparison.Ordinal)), Standing("notes-api") with { Client = Gateway with { ClientName = name } });

    private static PresentedToken Subject(Actor? actor = null, string? mayAct = null) => new(
        Verified(claims => claims[..^1]
            + (actor is null ? "" : $",\"act\":{Given.Written(actor.WriteTo).GetRawText()}")
            + (mayAct is null ? "" : $",\"may_act\":{mayAct}") + "}"),
        Standing());

    private static VerifiedAccessToken Verified(Func<string, string> edit)
    {
        var claims = edit(Given.Claims(Given.AccessToken()).GetRawText());
        return Given.Allowed(VerifiedAccessToken.Verify(Jws.Sign(Given.SigningKey, AccessToken.Typ, System.Text.Encoding.UTF8.GetBytes(claims)), Given.Jwks, Given.Issuer, Given.Now));
    }
}
