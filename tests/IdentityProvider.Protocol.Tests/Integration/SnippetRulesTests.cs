using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Protocol.Resources;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Integration;

public sealed class SnippetRulesTests
{
    private static readonly Resource Notes = Given.NotesApi();

    private static Client Job => Given.Client() with { ClientId = "job", GrantTypes = [GrantTypes.ClientCredentials], RedirectUris = [], PostLogoutRedirectUris = [], Scope = ScopeSet.Of(["notes.read"]) };

    private static Client Api => Given.Client() with { ClientId = "api", GrantTypes = [], RedirectUris = [], PostLogoutRedirectUris = [], Scope = ScopeSet.Empty, Resources = [], Introspects = [Notes.Identifier] };

    private static Client Native => Given.PublicClient() with { ClientId = "cli", ApplicationType = ApplicationType.Native, RedirectUris = ["http://127.0.0.1/cb"] };

    /// <summary>Each platform, and how its library wants a web application registered.</summary>
    public static TheoryData<Platform> All => [.. Enum.GetValues<Platform>()];

    [Theory]
    [MemberData(nameof(All))]
    public void A_platform_has_one_word_that_is_read_back(Platform platform)
    {
        Assert.Equal(platform, Platforms.Read(Platforms.WordOf(platform)));
        Assert.NotEmpty(Platforms.TitleOf(platform));
        Assert.Null(Platforms.Read(Platforms.WordOf(platform) + " "));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_web_application_gets_its_own_values_and_the_scopes_of_one_API(Platform platform)
    {
        var snippet = Made(platform, Web(platform), Notes);

        var text = string.Join('\n', snippet.Files.Select(file => file.Text));
        Assert.Contains("app", text, StringComparison.Ordinal);
        Assert.Contains(Given.Issuer, text, StringComparison.Ordinal);
        Assert.Contains("notes.read", text, StringComparison.Ordinal);
        Assert.DoesNotContain("files.read", text, StringComparison.Ordinal);
        Assert.Contains(snippet.Environment, variable => variable.Name.EndsWith("CLIENT_SECRET", StringComparison.Ordinal));
        Assert.All(snippet.Files, file => Assert.EndsWith("\n", file.Text, StringComparison.Ordinal));
        Assert.All(snippet.Files, file => Assert.DoesNotContain("\n\n\n\n", file.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Platform.AspNetCore, true, false, false)]
    [InlineData(Platform.Node, true, true, true)]
    [InlineData(Platform.Spring, true, true, false)]
    [InlineData(Platform.Python, true, true, false)]
    [InlineData(Platform.ModAuthOpenidc, false, false, false)]
    [InlineData(Platform.OAuth2Proxy, false, false, false)]
    [InlineData(Platform.Curl, true, true, true)]
    public void A_platform_is_given_for_the_kinds_of_client_that_it_can_be(Platform platform, bool job, bool api, bool native)
    {
        Assert.Equal(
            (job, api, native),
            (Is(platform, Job, Notes), Is(platform, Api, Notes), Is(platform, Native, Notes)));

        static bool Is(Platform platform, Client client, Resource resource) => SnippetRules.Decide(platform, Given.Issuer, client, resource) is SnippetDecision.Made;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_no_snippet_does_is_said_and_not_given(Platform platform)
    {
        Client[] beyond =
        [
            Web(platform) with { TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt },
            Web(platform) with { TokenEndpointAuthMethod = ClientAuthenticationMethod.TlsClientAuth },
            Web(platform) with { RequireSignedRequestObject = true },
            Web(platform) with { DpopBoundAccessTokens = true },
            Web(platform) with { TlsClientCertificateBoundAccessTokens = true },
            Web(platform) with { IdTokenEncryptedResponseAlg = EncryptionAlgorithm.RsaOaep256 },
            Web(platform) with { UserinfoEncryptedResponseAlg = EncryptionAlgorithm.RsaOaep256 },
            Web(platform) with { UserinfoSignedResponseAlg = SignatureAlgorithm.ES256 },
            Given.BrowserClient(),
            Given.Client() with { GrantTypes = [GrantTypes.DeviceCode] },
        ];

        Assert.All(beyond, client => Assert.NotEmpty(Unfit(platform, client).Message));
    }

    [Theory]
    [InlineData(Platform.AspNetCore, true)]
    [InlineData(Platform.Node, true)]
    [InlineData(Platform.Spring, false)]
    [InlineData(Platform.Python, false)]
    [InlineData(Platform.ModAuthOpenidc, false)]
    [InlineData(Platform.OAuth2Proxy, false)]
    [InlineData(Platform.Curl, false)]
    public void Requests_are_pushed_where_the_client_must_and_the_platform_can(Platform platform, bool can)
    {
        var client = Web(platform) with { RequirePushedAuthorizationRequests = true };

        if (can)
            Assert.Contains("Push", Made(platform, client, Notes).Files[0].Text.Replace("WithPAR", "Push", StringComparison.Ordinal), StringComparison.Ordinal);
        else
            Assert.Equal("require_pushed_authorization_requests", Unfit(platform, client).Member);
    }

    [Fact]
    public void ASP_NET_Core_says_what_to_change_of_a_client_whose_secret_goes_into_a_header() =>
        Assert.Contains("idp clients update app --auth-method client_secret_post", Unfit(Platform.AspNetCore, Given.Client()).Message, StringComparison.Ordinal);

    [Fact]
    public void An_algorithm_of_the_ID_token_reaches_who_has_to_be_told()
    {
        var client = Given.Client() with { IdTokenSignedResponseAlg = SignatureAlgorithm.ES256 };
        Assert.Contains("id_token_signed_response_alg: 'ES256'", Made(Platform.Node, client, Notes).Files[0].Text, StringComparison.Ordinal);
        Assert.Contains("OIDCIDTokenSignedResponseAlg ES256", Made(Platform.ModAuthOpenidc, client, Notes).Files[0].Text, StringComparison.Ordinal);
        Assert.Equal("id_token_signed_response_alg", Unfit(Platform.Spring, client).Member);
    }

    [Fact]
    public void Over_http_a_library_is_told_that_this_is_ones_own_machine()
    {
        Assert.Contains("allowInsecureRequests", Made(Platform.Node, Given.Client(), Notes, "http://localhost:8080").Files[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("allowInsecureRequests", Made(Platform.Node, Given.Client(), Notes).Files[0].Text, StringComparison.Ordinal);
        Assert.Contains("RequireHttpsMetadata = false", Made(Platform.AspNetCore, Web(Platform.AspNetCore), Notes, "http://localhost:8080").Files[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_scope_that_would_leave_its_quotes_stays_in_them(Platform platform)
    {
        // RFC 6749 §3.3 allows all of these in a scope.
        const string hostile = "';rm~/#$(id)`id`";
        var api = Notes with { Scopes = [new(hostile)] };
        var client = Web(platform) with { Scope = ScopeSet.Of(["openid", hostile]) };

        var text = Made(platform, client, api).Files[0].Text;
        if (platform == Platform.Curl)
            Assert.Contains(Uri.EscapeDataString("openid " + hostile), text, StringComparison.Ordinal);
        else
            Assert.Matches("\"(openid )?" + System.Text.RegularExpressions.Regex.Escape(hostile) + "\"", text);

        var job = Job with { Scope = ScopeSet.Of([hostile]) };
        Assert.Contains("'scope='\\'';rm~/#$(id)`id`'", Made(Platform.Curl, job, api).Files[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Platform.Spring)]
    [InlineData(Platform.ModAuthOpenidc)]
    public void A_scope_that_a_file_would_read_as_a_variable_is_not_written_into_it(Platform platform)
    {
        var client = Web(platform) with { Scope = ScopeSet.Of(["openid", "${HOME}"]) };
        var decided = SnippetRules.Decide(platform, Given.Issuer, client, Notes with { Scopes = [new("${HOME}")] });

        Assert.Equal("scope", Assert.IsType<SnippetDecision.Unfit>(decided).Reason.Member);
    }

    [Fact]
    public void A_path_that_a_framework_would_read_as_a_pattern_is_none_for_a_snippet() =>
        Assert.Equal("redirect_uris", Unfit(Platform.Node, Given.Client() with { RedirectUris = ["https://app.example/:any(.+)"] }).Member);

    [Fact]
    public void The_API_is_the_first_that_is_called_or_asked_about()
    {
        Assert.Equal("https://notes.example", SnippetRules.ResourceOf(Given.Client()));
        Assert.Equal("https://notes.example", SnippetRules.ResourceOf(Api));
        Assert.Null(SnippetRules.ResourceOf(Given.Client() with { Resources = [] }));
    }

    private static Client Web(Platform platform) => Given.Client() with
    {
        TokenEndpointAuthMethod = platform == Platform.AspNetCore ? ClientAuthenticationMethod.ClientSecretPost : ClientAuthenticationMethod.ClientSecretBasic,
    };

    private static Snippet Made(Platform platform, Client client, Resource? resource, string issuer = Given.Issuer) =>
        Assert.IsType<SnippetDecision.Made>(SnippetRules.Decide(platform, issuer, client, resource)).Snippet;

    private static MetadataError Unfit(Platform platform, Client client) =>
        Assert.IsType<SnippetDecision.Unfit>(SnippetRules.Decide(platform, Given.Issuer, client, Notes)).Reason;
}
