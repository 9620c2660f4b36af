using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.SignIn;
using Xunit;

namespace IdentityProvider.Protocol.Tests.SignIn;

public sealed class SignInRulesTests
{
    private static readonly AccountFactors Nothing = AccountFactors.None;
    private static readonly AccountFactors App = Nothing with { HasAuthenticator = true, RecoveryCodes = 10 };
    private static readonly AccountFactors Passkey = Nothing with { Passkeys = 1 };
    private static readonly SignInNeeds Essential = SignInNeeds.None with { Wish = SecondFactorWish.Essential };
    private static readonly SignInNeeds Voluntary = SignInNeeds.None with { Wish = SecondFactorWish.Voluntary };
    private static readonly SignInNeeds OfClient = SignInNeeds.None with { IsRequiredByClient = true };

    [Fact]
    public void A_password_is_enough_where_nobody_asks_for_more() => Begins(["pwd"], isRemembered: false, AfterPassword(Nothing, SignInNeeds.None));

    [Fact]
    public void Whoever_set_up_an_authenticator_app_is_asked_for_it() => Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(App, SignInNeeds.None));

    [Fact]
    public void A_passkey_alone_is_a_way_in_and_asks_for_nothing_beside_a_password() => Begins(["pwd"], isRemembered: false, AfterPassword(Passkey, SignInNeeds.None));

    [Fact]
    public void A_passkey_that_came_first_is_asked_for_no_code_of_an_app_which_is_held_like_itself()
    {
        var both = App with { Passkeys = 1 };
        Begins(["hwk"], isRemembered: false, SignInRules.Decide(["hwk"], both, SignInNeeds.None, isRemembered: false));
        Assert.IsType<SignInStep.AskSecondFactor>(SignInRules.Decide(["hwk"], both, OfClient, isRemembered: false));
        Assert.IsType<SignInStep.AskSecondFactor>(SignInRules.Decide(["hwk", "otp"], both, OfClient, isRemembered: false));
    }

    [Fact]
    public void Another_provider_that_vouches_is_one_factor() =>
        Assert.IsType<SignInStep.AskSecondFactor>(SignInRules.Decide(["fed"], App, SignInNeeds.None, isRemembered: false));

    [Fact]
    public void Policy_of_the_client_or_of_a_role_asks_whoever_has_something_and_has_others_set_it_up()
    {
        foreach (var (account, needs) in new[] { (Nothing, OfClient), (Nothing with { IsRequiredByRole = true }, SignInNeeds.None) })
        {
            Assert.IsType<SignInStep.Enroll>(AfterPassword(account, needs));
            Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(account with { Passkeys = 1 }, needs));
            Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(account with { HasAuthenticator = true }, needs));
        }
    }

    [Fact]
    public void Recovery_codes_alone_are_no_second_factor() => Assert.IsType<SignInStep.Enroll>(AfterPassword(Nothing with { RecoveryCodes = 3 }, OfClient));

    [Fact]
    public void A_remembered_browser_meets_the_persons_own_choice_and_policy()
    {
        Begins(["pwd"], isRemembered: true, AfterPassword(App, SignInNeeds.None, isRemembered: true));
        Begins(["pwd"], isRemembered: true, AfterPassword(App, OfClient, isRemembered: true));
    }

    [Fact]
    public void A_remembered_browser_proves_nothing_for_whoever_has_no_second_factor_any_more() =>
        Assert.IsType<SignInStep.Enroll>(AfterPassword(Nothing, OfClient, isRemembered: true));

    [Fact]
    public void A_class_that_is_asked_for_is_never_met_by_a_remembered_browser()
    {
        Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(App, Essential, isRemembered: true));
        Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(App, Voluntary, isRemembered: true));
    }

    [Fact]
    public void An_essential_class_has_a_second_factor_set_up_and_a_wish_asks_only_those_who_have_one()
    {
        Assert.IsType<SignInStep.Enroll>(AfterPassword(Nothing, Essential));
        Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(Passkey, Essential));
        Assert.IsType<SignInStep.AskSecondFactor>(AfterPassword(Passkey, Voluntary));
        Begins(["pwd"], isRemembered: false, AfterPassword(Nothing, Voluntary));
    }

    [Theory]
    [InlineData("pwd otp", "pwd otp mfa")]
    [InlineData("pwd hwk", "pwd hwk mfa")]
    [InlineData("pwd swk user", "pwd swk user mfa")]
    [InlineData("hwk user", "hwk user mfa")]
    [InlineData("swk user", "swk user mfa")]
    [InlineData("fed otp", "fed otp mfa")]
    [InlineData("fed mfa", "fed mfa")]
    public void Two_factors_are_enough_for_everything(string proven, string said)
    {
        foreach (var needs in new[] { SignInNeeds.None, OfClient, Voluntary, Essential })
            Begins(said.Split(' '), isRemembered: false, SignInRules.Decide(proven.Split(' '), App with { IsRequiredByRole = true }, needs, isRemembered: true));
        Assert.Equal(AcrRules.TwoFactors, AcrRules.ClassOf(AuthenticationMethods.Join(proven.Split(' '))));
    }

    [Theory]
    [InlineData("pwd")]
    [InlineData("pwd user")]
    [InlineData("hwk")]
    [InlineData("hwk otp")]
    [InlineData("fed pwd")]
    public void Two_of_one_kind_are_one_factor(string proven)
    {
        Assert.False(AuthenticationMethods.AreTwoFactors(proven.Split(' ')));
        Assert.Equal(proven.Split(' '), AuthenticationMethods.Join(proven.Split(' '), proven.Split(' ')));
    }

    [Fact]
    public void A_session_that_stands_is_asked_for_what_it_lacks_and_for_nothing_that_its_person_chose_since()
    {
        var session = Given.Session() with { Amr = ["pwd"] };
        Begins(["pwd"], isRemembered: false, SignInRules.Decide(session, App, SignInNeeds.None));
        Assert.IsType<SignInStep.AskSecondFactor>(SignInRules.Decide(session, App, OfClient));
        Assert.IsType<SignInStep.Enroll>(SignInRules.Decide(session, Nothing, Essential));
        Begins(["pwd"], isRemembered: true, SignInRules.Decide(session with { SecondFactorRemembered = true }, App, OfClient));
        Assert.IsType<SignInStep.AskSecondFactor>(SignInRules.Decide(session with { SecondFactorRemembered = true }, App, Essential));
        Begins(["pwd", "otp", "mfa"], isRemembered: false, SignInRules.Decide(session with { Amr = ["pwd", "otp", "mfa"] }, App, Essential));
    }

    private static SignInStep AfterPassword(AccountFactors account, SignInNeeds needs, bool isRemembered = false) => SignInRules.Decide(["pwd"], account, needs, isRemembered);

    private static void Begins(string[] amr, bool isRemembered, SignInStep step)
    {
        var begin = Assert.IsType<SignInStep.Begin>(step);
        Assert.Equal(amr, begin.Amr);
        Assert.Equal(isRemembered, begin.IsRemembered);
    }
}
