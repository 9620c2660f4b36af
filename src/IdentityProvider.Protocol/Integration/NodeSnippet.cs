using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Integration;

/// <summary>openid-client, and Express for pages.</summary>
internal static class NodeSnippet
{
    public static Snippet Write(Partner partner) => partner.Kind switch
    {
        PartnerKind.WebApplication => new(
            Platform.Node,
            [new("server.js", "js", Partner.Lines(Provider(partner, "import express from 'express';\nimport session from 'express-session';\n"), Session(partner), SignIn(partner), Callback(partner), Pages(partner)))],
            [SnippetVariable.ClientSecret, SnippetVariable.SessionSecret],
            [
                "npm init --yes && npm pkg set type=module && npm install openid-client express express-session",
                "Sessions are in the process's memory here: give express-session a store of yours.",
            ]),
        PartnerKind.Native => new(
            Platform.Node,
            [new("sign-in.js", "js", Partner.Lines(Provider(partner, "import { createServer } from 'node:http';\n"), Native(partner)))],
            [],
            ["npm init --yes && npm pkg set type=module && npm install openid-client", "Keep the tokens in the system's keychain, as samples/native does; it opens the browser too."]),
        PartnerKind.Job => new(
            Platform.Node,
            [new("job.js", "js", Partner.Lines(Provider(partner), $"const tokens = await oidc.clientCredentialsGrant(provider, {Asked(partner)});", "// Keep it until shortly before tokens.expires_in is over; there is no refresh token.", Call(partner)))],
            [SnippetVariable.ClientSecret],
            ["npm init --yes && npm pkg set type=module && npm install openid-client"]),
        _ => new(
            Platform.Node,
            [new("introspect.js", "js", Partner.Lines(Provider(partner),
                """
                /** What the token allows; null where it allows nothing, or nothing any more. Ask at each call: that is what this kind of API is for. */
                export async function introspect(token) {
                  const answer = await oidc.tokenIntrospection(provider, token);
                  return answer.active ? answer : null;
                }
                """))],
            [SnippetVariable.ClientSecret],
            ["npm init --yes && npm pkg set type=module && npm install openid-client"]),
    };

    private static string Provider(Partner partner, string imports = "") => Partner.Lines(
        $"{imports}import * as oidc from 'openid-client';",
        "",
        $"const provider = await oidc.discovery(new URL(\"{partner.Issuer}\"), \"{partner.ClientId}\", {Metadata(partner)}, {Proof(partner)}{(partner.IsIssuerPlain ? ", {\n  execute: [oidc.allowInsecureRequests], // on your own machine alone\n}" : "")});");

    private static string Metadata(Partner partner) =>
        partner.Client.IdTokenSignedResponseAlg == SignatureAlgorithm.RS256 ? "{}" : $"{{ id_token_signed_response_alg: '{partner.Client.IdTokenSignedResponseAlg.Name}' }}";

    private static string Proof(Partner partner) => partner.Client.TokenEndpointAuthMethod switch
    {
        ClientAuthenticationMethod.ClientSecretBasic => "oidc.ClientSecretBasic(process.env.CLIENT_SECRET)",
        ClientAuthenticationMethod.ClientSecretPost => "oidc.ClientSecretPost(process.env.CLIENT_SECRET)",
        _ => "oidc.None()",
    };

    // Scope and resource of a token.
    private static string Asked(Partner partner) => partner.Resource is { } api ? $"{{ scope: \"{partner.Scope}\", resource: \"{api.Identifier}\" }}" : $"{{ scope: \"{partner.Scope}\" }}";

    private static string Only(Partner partner) => partner.Resource is { } api ? $"{{ resource: \"{api.Identifier}\" }}" : "{}";

    private static string? Call(Partner partner) => partner.Resource is { } api
        ? $"const answer = await fetch(\"{api.Identifier}\", {{ headers: {{ authorization: `Bearer ${{tokens.access_token}}` }} }});\nconsole.log(answer.status);"
        : "console.log(tokens.expires_in);";

    private static string Session(Partner partner) => Partner.Lines(
        $"const redirectUri = \"{partner.RedirectUri}\";",
        "const app = express();",
        partner.IsAppPlain ? null : "app.set('trust proxy', 1); // TLS ends in front of this process",
        "app.use(session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { httpOnly: true, sameSite: 'lax', secure: "
            + (partner.IsAppPlain ? "false" : "true") + " } }));");

    private static string SignIn(Partner partner) => Partner.Lines(
        "app.get('/sign-in', async (request, response) => {",
        "  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };",
        "  request.session.checks = checks;",
        $"  const to = {(partner.Client.RequirePushedAuthorizationRequests ? "await oidc.buildAuthorizationUrlWithPAR" : "oidc.buildAuthorizationUrl")}(provider, {{",
        $"    redirect_uri: redirectUri, scope: \"{partner.Scope}\",{(partner.Resource is { } api ? $" resource: \"{api.Identifier}\"," : "")}",
        """
            state: checks.expectedState, nonce: checks.expectedNonce,
            code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256',
          });
          response.redirect(to.href);
        });
        """);

    private static string Callback(Partner partner) => Partner.Lines(
        $"app.get(\"{partner.RedirectPath}\", async (request, response, next) => {{",
        """
          const { checks } = request.session;
          if (!checks) return response.redirect('/sign-in');
          // The library checks state, iss, the nonce, PKCE and the ID token.
        """,
        $"  const tokens = await oidc.authorizationCodeGrant(provider, new URL(request.originalUrl, redirectUri), checks, {Only(partner)});",
        """
          const { sub, sid } = tokens.claims();
          const { name } = await oidc.fetchUserInfo(provider, tokens.access_token, sub);
          request.session.regenerate((failed) => {
            if (failed) return next(failed);
            request.session.person = { sub, sid, name }; // sub is who it is, for ever
            request.session.tokens = { ...tokens, until: Date.now() + (tokens.expiresIn() - 30) * 1000 };
            request.session.save(() => response.redirect('/me'));
          });
        });
        """);

    private static string Pages(Partner partner) => Partner.Lines(
        "app.get('/me', (request, response) => (request.session.person ? response.json(request.session.person) : response.redirect('/sign-in')));",
        partner.Resource is null ? null : "",
        partner.Resource is { } api ? Calling(partner, api.Identifier) : null,
        "",
        "app.post('/sign-out', (request, response) => {",
        "  const hint = request.session.tokens?.id_token;",
        partner.SignedOutUri is { } bye
            ? $"  request.session.destroy(() => response.redirect(hint ? oidc.buildEndSessionUrl(provider, {{ id_token_hint: hint, post_logout_redirect_uri: \"{bye}\" }}).href : '/me'));"
            : "  request.session.destroy(() => response.redirect(hint ? oidc.buildEndSessionUrl(provider, { id_token_hint: hint }).href : '/me'));",
        "});",
        "",
        $"app.listen(process.env.PORT ?? {(partner.IsAppPlain ? new Uri(partner.RedirectUri).Port : 3000)});").TrimEnd('\n');

    private static string Calling(Partner partner, string api) => Partner.Lines(
        "// What the API answers to this person.",
        "app.get('/call', async (request, response) => {",
        "  const { tokens } = request.session;",
        "  if (!tokens) return response.redirect('/sign-in');",
        partner.Refreshes
            ? $$"""
                if (Date.now() > tokens.until) {
                  const next = await oidc.refreshTokenGrant(provider, tokens.refresh_token, {{Only(partner)}});
                  Object.assign(tokens, next, { until: Date.now() + (next.expiresIn() - 30) * 1000 });
                }
              """
            : "  if (Date.now() > tokens.until) return response.redirect('/sign-in');",
        $"  const answer = await fetch(\"{api}\", {{ headers: {{ authorization: `Bearer ${{tokens.access_token}}` }} }});",
        "  response.status(answer.status).send(await answer.text());",
        "});").TrimEnd('\n');

    private static string Native(Partner partner)
    {
        var uri = new Uri(partner.RedirectUri);
        return Partner.Lines(
            $"const server = createServer().listen({(uri.IsDefaultPort ? 0 : uri.Port)}, '127.0.0.1');",
            "await new Promise((resolve) => server.once('listening', resolve));",
            uri.IsDefaultPort ? $"const redirectUri = `http://{uri.Host}:${{server.address().port}}{uri.PathAndQuery}`; // any port may be taken (RFC 8252)" : $"const redirectUri = \"{partner.RedirectUri}\";",
            "const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };",
            "const to = oidc.buildAuthorizationUrl(provider, {",
            $"  redirect_uri: redirectUri, scope: \"{partner.Scope}\",{(partner.Resource is { } api ? $" resource: \"{api.Identifier}\"," : "")}",
            "  state: checks.expectedState, nonce: checks.expectedNonce,",
            "  code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256',",
            "});",
            "console.log(`Open ${to.href}`);",
            "",
            """
            // One answer, to the path that was registered; a browser also asks for an icon.
            const answered = await new Promise((resolve) => {
              server.on('request', (request, response) => {
                const url = new URL(request.url, redirectUri);
                if (url.pathname !== new URL(redirectUri).pathname) return response.writeHead(404).end();
                response.setHeader('connection', 'close').end('You are signed in; this window can be closed.');
                resolve(url);
              });
            });
            server.close();
            """,
            $"const tokens = await oidc.authorizationCodeGrant(provider, answered, checks, {Only(partner)});",
            "console.log(`Signed in as ${tokens.claims().sub}`);").TrimEnd('\n');
    }
}
