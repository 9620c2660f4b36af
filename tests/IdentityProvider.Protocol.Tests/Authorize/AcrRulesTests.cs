using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Authorize;

public sealed class AcrRulesTests
{
    private static readonly Session Password = Given.Session() with { Acr = AcrRules.OneFactor };
    private static readonly Session Strong = Given.Session() with { Acr = AcrRules.TwoFactors };
    private static readonly Session Unclassed = Given.Session() with { Acr = null };

    [Theory]
    [InlineData("", null)]
    [InlineData("pwd", AcrRules.OneFactor)]
    [InlineData("pwd otp mfa", AcrRules.TwoFactors)]
    public void The_methods_make_the_class(string amr, string? acr) => Assert.Equal(acr, AcrRules.ClassOf(amr.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Fact]
    public void What_is_offered_is_reached_by_some_sign_in() =>
        Assert.Equal([AcrRules.ClassOf(["pwd"])!, AcrRules.ClassOf(AuthenticationMethods.Join(["pwd"], "otp"))!], AcrRules.Offered);

    [Fact]
    public void Two_factors_are_asked_for_where_one_is_not_as_welcome()
    {
        Assert.Equal(SecondFactorWish.None, AcrRules.WishOf(Ask(null)));
        Assert.Equal(SecondFactorWish.None, AcrRules.WishOf(Ask($"{AcrRules.TwoFactors} {AcrRules.OneFactor}", isForApi: true)));
        Assert.Equal(SecondFactorWish.Voluntary, AcrRules.WishOf(Ask($"gold {AcrRules.TwoFactors}")));
        Assert.Equal(SecondFactorWish.Essential, AcrRules.WishOf(Ask(AcrRules.TwoFactors, isForApi: true)));
        Assert.Equal(SecondFactorWish.Essential, AcrRules.WishOf(Ask(null, $$$"""{"id_token":{"acr":{"essential":true,"value":"{{{AcrRules.TwoFactors}}}"} } }""")));
    }

    [Fact]
    public void Acr_values_are_a_wish_about_the_person_and_needed_for_an_API()
    {
        Assert.False(Ask("gold silver").IsNeeded);
        Assert.True(Ask("gold silver", isForApi: true).IsNeeded);
        Assert.Equal(["gold", "silver"], Ask("gold  silver").Values);
        Assert.False(Ask("", isForApi: true).IsNeeded);
    }

    [Fact]
    public void An_essential_acr_with_values_is_needed_and_goes_before_the_list()
    {
        var essential = Ask("gold", """{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}""");
        Assert.True(essential.IsNeeded);
        Assert.Equal(["a", "b"], essential.Values);
        Assert.False(Ask(null, """{"id_token":{"acr":{"values":["a"]}}}""").IsNeeded);
        Assert.True(Ask(null, """{"id_token":{"acr":{"essential":true}}}""") is { IsNeeded: false, IsAsked: true, Values: [] });
        Assert.True(Ask(null, """{"id_token":{"acr":{"essential":true,"value":7}}}""") is { IsNeeded: true, Values: [] });
    }

    [Fact]
    public void The_clients_own_list_stands_where_the_request_is_silent_and_is_a_wish()
    {
        var client = Given.Client() with { DefaultAcrValues = ["gold"] };
        Assert.True(Ask(null, client: client, isForApi: true) is { Values: ["gold"], IsNeeded: false, IsAsked: true });
        Assert.Equal(["silver"], Ask("silver", client: client).Values);
        Assert.True(Ask(null) is { IsAsked: false, Values: [] });
    }

    [Fact]
    public void Refuses_values_without_end() => Assert.Equal(
        Refusal.AcrValuesMalformed, Given.Refused(AcrRules.Read(string.Join(' ', Enumerable.Repeat("a", 21)), ClaimsRequest.None, Given.Client(), isForApi: false)));

    [Fact]
    public void A_stronger_sign_in_meets_what_asks_for_a_weaker_one_and_not_the_other_way()
    {
        Assert.Null(AcrRules.Unmet(Ask(AcrRules.OneFactor, isForApi: true), Strong, isFresh: false));
        Assert.Equal(UnmetAcr.Refuse, AcrRules.Unmet(Ask("gold", isForApi: true), Password, isFresh: false));
        Assert.Null(AcrRules.Unmet(Ask($"gold {AcrRules.OneFactor}", isForApi: true), Password, isFresh: false));
    }

    [Fact]
    public void A_class_that_a_sign_in_can_reach_is_tried_once()
    {
        Assert.Equal(UnmetAcr.SignInAgain, AcrRules.Unmet(Ask(AcrRules.OneFactor), Unclassed, isFresh: false));
        Assert.Null(AcrRules.Unmet(Ask(AcrRules.OneFactor), Unclassed, isFresh: true));
        Assert.Equal(UnmetAcr.Refuse, AcrRules.Unmet(Ask(AcrRules.OneFactor, isForApi: true), Unclassed, isFresh: true));
    }

    [Fact]
    public void A_wish_that_nothing_here_can_meet_bothers_nobody() => Assert.Null(AcrRules.Unmet(Ask("gold"), Password, isFresh: false));

    [Fact]
    public void Tokens_say_the_class_that_was_asked_for_and_is_met()
    {
        Assert.Equal(AcrRules.OneFactor, AcrRules.Said(Ask($"gold {AcrRules.OneFactor} {AcrRules.TwoFactors}"), Strong));
        Assert.Equal(AcrRules.TwoFactors, AcrRules.Said(Ask("gold"), Strong));
        Assert.Equal(AcrRules.OneFactor, AcrRules.Said(Ask("gold"), Password));
        Assert.Equal(AcrRules.OneFactor, AcrRules.Said(Ask(null, """{"id_token":{"acr":null}}"""), Password));
    }

    [Fact]
    public void Unasked_they_say_no_more_than_that_it_was_stronger_than_the_least()
    {
        Assert.Null(AcrRules.Said(Ask(null), Password));
        Assert.Equal(AcrRules.TwoFactors, AcrRules.Said(Ask(null), Strong));
    }

    private static RequestedAcr Ask(string? acrValues, string? claims = null, Client? client = null, bool isForApi = false) =>
        Given.Allowed(AcrRules.Read(acrValues, Given.Allowed(ClaimsRequest.Read(claims)), client ?? Given.Client(), isForApi));
}
