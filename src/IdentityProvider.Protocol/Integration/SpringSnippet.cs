namespace IdentityProvider.Protocol.Integration;

/// <summary>Spring Boot with Spring Security: its settings, and the few lines of Java that PKCE and a path of one's own take.</summary>
internal static class SpringSnippet
{
    private const string UsualPath = "/login/oauth2/code/idp";

    public static Snippet Write(Partner partner) => partner.Kind switch
    {
        PartnerKind.WebApplication => new(
            Platform.Spring,
            [
                new("application.yml", "yaml", Registration(partner, "authorization_code")),
                new("SignIn.java", "java", SignIn(partner)),
            ],
            [SnippetVariable.ClientSecret],
            [
                "Dependency: org.springframework.boot:spring-boot-starter-oauth2-client",
                $"Where the redirect URI is yours to choose, {partner.Origin}{UsualPath} is what Spring Security takes by itself.",
                .. partner.IsAppPlain ? Array.Empty<string>() : ["Behind a proxy set server.forward-headers-strategy: framework."],
            ]),
        PartnerKind.Job => new(
            Platform.Spring,
            [
                new("application.yml", "yaml", Registration(partner, "client_credentials")),
                new("Calls.java", "java", Calls(partner)),
            ],
            [SnippetVariable.ClientSecret],
            ["Dependencies: org.springframework.boot:spring-boot-starter-oauth2-client, spring-boot-starter-web; Spring Security 6.4 or newer"]),
        _ => new(
            Platform.Spring,
            [new("application.yml", "yaml", $$"""
                spring:
                  security:
                    oauth2:
                      resourceserver:
                        opaquetoken:
                          introspection-uri: "{{partner.Issuer}}/introspect"
                          client-id: "{{partner.ClientId}}"
                          client-secret: ${CLIENT_SECRET}

                """)],
            [SnippetVariable.ClientSecret],
            ["Dependency: org.springframework.boot:spring-boot-starter-oauth2-resource-server", "Scopes are authorities: .requestMatchers(\"/orders\").hasAuthority(\"SCOPE_orders.read\")"]),
    };

    private static string Registration(Partner partner, string grant) => Partner.Lines(
        """
        spring:
          security:
            oauth2:
              client:
                registration:
                  idp:
        """,
        $"            client-id: \"{partner.ClientId}\"",
        "            client-secret: ${CLIENT_SECRET}",
        $"            client-authentication-method: {partner.MethodName}",
        $"            authorization-grant-type: {grant}",
        partner.Kind == PartnerKind.WebApplication ? $"            redirect-uri: \"{partner.RedirectUri}\"" : null,
        $"            scope: [{string.Join(", ", partner.Scope.Select(scope => $"\"{scope}\""))}]",
        "        provider:",
        "          idp:",
        $"            issuer-uri: \"{partner.Issuer}\"");

    private static string SignIn(Partner partner) => Partner.Lines(
        """
        import org.springframework.context.annotation.Bean;
        import org.springframework.context.annotation.Configuration;
        import org.springframework.security.config.annotation.web.builders.HttpSecurity;
        import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
        import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
        import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
        import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
        import org.springframework.security.web.SecurityFilterChain;

        @Configuration
        class SignIn {
            @Bean
            SecurityFilterChain everything(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
                // PKCE also for a client with a secret: this server asks for it.
                var requests = new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        """,
        partner.Resource is { } api
            ? $"        requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce()\n            .andThen(request -> request.additionalParameters(more -> more.put(\"resource\", \"{api.Identifier}\"))));"
            : "        requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());",
        "        var signOut = new OidcClientInitiatedLogoutSuccessHandler(clients);",
        partner.SignedOutUri is { } bye ? $"        signOut.setPostLogoutRedirectUri(\"{bye}\");" : null,
        "        return http",
        SignedOutPath(partner) is { } open ? $"            .authorizeHttpRequests(paths -> paths.requestMatchers(\"{open}\").permitAll().anyRequest().authenticated())" : "            .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())",
        "            .oauth2Login(login -> login",
        partner.RedirectPath == UsualPath ? null : $"                .redirectionEndpoint(endpoint -> endpoint.baseUri(\"{partner.RedirectPath}\"))",
        """
                        .authorizationEndpoint(endpoint -> endpoint.authorizationRequestResolver(requests)))
                    .logout(logout -> logout.logoutSuccessHandler(signOut))
                    .build();
            }
        }
        """);

    // Where people arrive who are signed in no more.
    private static string? SignedOutPath(Partner partner) =>
        partner.SignedOutUri is { } uri && new Uri(uri).AbsolutePath is var path && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '.' or '_' or '~') ? path : null;

    private static string Calls(Partner partner) => Partner.Lines(
        """
        import org.springframework.context.annotation.Bean;
        import org.springframework.context.annotation.Configuration;
        import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
        import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
        import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
        import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
        import org.springframework.web.client.RestClient;

        @Configuration
        class Calls {
            @Bean
            RestClient api(ClientRegistrationRepository clients, OAuth2AuthorizedClientService held) {
                // The token is asked for when it is needed, and kept until it is about to expire.
                var tokens = new OAuth2ClientHttpRequestInterceptor(new AuthorizedClientServiceOAuth2AuthorizedClientManager(clients, held));
                tokens.setClientRegistrationIdResolver(request -> "idp");
        """,
        partner.Resource is { } api ? $"        return RestClient.builder().baseUrl(\"{api.Identifier}\").requestInterceptor(tokens).build();" : "        return RestClient.builder().requestInterceptor(tokens).build();",
        "    }",
        "}");
}
