using System.Text;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

public sealed class ClientAuthenticationRulesTests
{
    private static readonly Client Confidential = Given.ConfidentialClient();

    [Fact]
    public void A_secret_in_the_header_is_form_decoded()
    {
        var client = Confidential with { ClientId = "an id:with+signs", Secrets = [Given.SecretOf("p%ss w:rd+é")] };
        var header = Basic("an+id%3Awith%2Bsigns:p%25ss+w%3Ard%2B%C3%A9");

        var presented = Given.Allowed(ClientAuthenticationRules.Read(header, Parameters.None));

        Assert.Equal(ClientAuthenticationMethod.ClientSecretBasic, presented.Method);
        Assert.Same(client, Given.Allowed(ClientAuthenticationRules.Decide(presented, client, Given.Now)).Client);
    }

    [Fact]
    public void The_scheme_is_read_in_any_case_and_the_same_client_id_may_stand_beside_it()
    {
        var presented = Given.Allowed(ClientAuthenticationRules.Read(Basic($"app:{Given.Secret}").Replace("Basic", "bASIC", StringComparison.Ordinal), Given.Parameters("client_id=app")));
        Assert.Equal("app", Given.Allowed(ClientAuthenticationRules.Decide(presented, Confidential, Given.Now)).ClientId);
    }

    [Fact]
    public void A_secret_in_the_body_is_read_as_it_is()
    {
        var client = Confidential with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost };
        var presented = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters($"client_id=app&client_secret={Given.Secret}")));
        Assert.Same(client, Given.Allowed(ClientAuthenticationRules.Decide(presented, client, Given.Now)).Client);
    }

    [Fact]
    public void A_public_client_is_named_by_its_client_id_alone()
    {
        var presented = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters("client_id=spa")));
        Assert.Equal(ClientAuthenticationMethod.None, presented.Method);
        Assert.Equal("spa", Given.Allowed(ClientAuthenticationRules.Decide(presented, Given.PublicClient(), Given.Now)).ClientId);
    }

    [Fact]
    public void Every_secret_that_has_not_expired_is_valid()
    {
        var client = Confidential with { Secrets = [Given.SecretOf("new"), Given.SecretOf("old", Given.Now + TimeSpan.FromSeconds(1)), Given.SecretOf("gone", Given.Now)] };

        Assert.IsType<Decision<AuthenticatedClient>.Allowed>(Authenticate("app:new", client));
        Assert.IsType<Decision<AuthenticatedClient>.Allowed>(Authenticate("app:old", client));
        Assert.Equal(Refusal.ClientSecretWrong, Given.Refused(Authenticate("app:gone", client)));
    }

    [Theory]
    [InlineData("app:")]
    [InlineData("app:wrong")]
    [InlineData("app:a-secret-of-256-bits-a-secret-of-256-bits-")]
    public void Refuses_a_wrong_secret(string pair) => Assert.Equal(Refusal.ClientSecretWrong, Given.Refused(Authenticate(pair, Confidential)));

    [Fact]
    public void Refuses_every_secret_of_a_client_that_has_none() =>
        Assert.Equal(Refusal.ClientSecretWrong, Given.Refused(Authenticate("app:", Confidential with { Secrets = [] })));

    [Fact]
    public void Refuses_an_unknown_client() => Assert.Equal(Refusal.ClientUnknown, Given.Refused(Authenticate($"other:{Given.Secret}", null)));

    [Fact]
    public void Answers_an_unknown_client_a_wrong_secret_and_a_wrong_method_alike()
    {
        RefusalAnswer[] answers =
        [
            Refusals.Of(Refusal.ClientUnknown), Refusals.Of(Refusal.ClientSecretWrong), Refusals.Of(Refusal.ClientAuthenticationMethodNotRegistered),
            Refusals.Of(Refusal.ClientAuthenticationMissing), Refusals.Of(Refusal.ClientAuthenticationMalformed),
        ];
        Assert.Single(answers.Select(answer => (answer.Error, answer.Status, answer.Description)).Distinct());
        Assert.Equal(401, answers[0].Status);
    }

    [Theory]
    [InlineData("client_id=app&client_secret=x")]
    [InlineData("client_secret=x")]
    [InlineData("client_assertion=x&client_assertion_type=y")]
    public void Refuses_two_methods_at_once(string form) =>
        Assert.Equal(Refusal.ClientAuthenticationTwice, Given.Refused(ClientAuthenticationRules.Read(Basic($"app:{Given.Secret}"), Given.Parameters(form))));

    [Fact]
    public void Refuses_a_secret_beside_an_assertion() =>
        Assert.Equal(Refusal.ClientAuthenticationTwice, Given.Refused(ClientAuthenticationRules.Read(null, Given.Parameters("client_id=app&client_secret=x&client_assertion=y"))));

    [Fact]
    public void Refuses_another_client_id_beside_the_header() =>
        Assert.Equal(Refusal.ClientIdMismatch, Given.Refused(ClientAuthenticationRules.Read(Basic($"app:{Given.Secret}"), Given.Parameters("client_id=other"))));

    [Fact]
    public void Refuses_a_request_that_names_nobody() =>
        Assert.Equal(Refusal.ClientAuthenticationMissing, Given.Refused(ClientAuthenticationRules.Read(null, Parameters.None)));

    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!!")]
    [InlineData("Basic YXBw")] // app, without a colon
    [InlineData("Basic OnNlY3JldA==")] // no identifier
    [InlineData("Basic YXBwOiUyeA==")] // app:%2x
    [InlineData("Basic YXBwOv8=")] // app: and a byte that isn't UTF-8
    [InlineData("Basic YXBwOmE=, Basic YXBwOmE=")]
    public void Refuses_a_header_that_is_malformed(string header) =>
        Assert.Equal(Refusal.ClientAuthenticationMalformed, Given.Refused(ClientAuthenticationRules.Read(header, Parameters.None)));

    [Fact]
    public void Refuses_a_header_without_end() =>
        Assert.Equal(Refusal.ClientAuthenticationMalformed, Given.Refused(ClientAuthenticationRules.Read(Basic("app:" + new string('a', 5000)), Parameters.None)));

    [Fact]
    public void Refuses_a_method_that_is_not_the_registered_one()
    {
        var inBody = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters($"client_id=app&client_secret={Given.Secret}")));
        var none = Given.Allowed(ClientAuthenticationRules.Read(null, Given.Parameters("client_id=app")));

        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(inBody, Confidential, Given.Now)));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(ClientAuthenticationRules.Decide(none, Confidential, Given.Now)));
        Assert.Equal(Refusal.ClientAuthenticationMethodNotRegistered, Given.Refused(Authenticate("spa:", Given.PublicClient())));
    }

    private static Decision<AuthenticatedClient> Authenticate(string pair, Client? client) =>
        ClientAuthenticationRules.Decide(Given.Allowed(ClientAuthenticationRules.Read(Basic(pair), Parameters.None)), client, Given.Now);

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
}
