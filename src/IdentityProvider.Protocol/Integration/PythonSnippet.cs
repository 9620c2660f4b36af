namespace IdentityProvider.Protocol.Integration;

/// <summary>Authlib, and Flask for pages.</summary>
internal static class PythonSnippet
{
    public static Snippet Write(Partner partner) => partner.Kind switch
    {
        PartnerKind.WebApplication => new(
            Platform.Python,
            [new("app.py", "python", Partner.Lines(Registration(partner), SignIn(partner), Pages(partner)))],
            [SnippetVariable.ClientSecret, SnippetVariable.SessionSecret],
            [
                "pip install authlib flask requests, and run it by flask run",
                "Flask's session is a signed cookie that the browser can read: tokens don't belong into it.",
            ]),
        PartnerKind.Job => new(
            Platform.Python,
            [new("job.py", "python", Job(partner))],
            [SnippetVariable.ClientSecret],
            ["pip install authlib requests"]),
        _ => new(
            Platform.Python,
            [new("introspect.py", "python", Introspection(partner))],
            [SnippetVariable.ClientSecret],
            ["pip install requests"]),
    };

    private static string Registration(Partner partner) => Partner.Lines(
        """
        import os

        from authlib.integrations.flask_client import OAuth
        from flask import Flask, redirect, request, session
        from urllib.parse import urlencode

        app = Flask(__name__)
        app.secret_key = os.environ["SESSION_SECRET"]
        """,
        $"app.config.update(SESSION_COOKIE_SAMESITE=\"Lax\", SESSION_COOKIE_SECURE={(partner.IsAppPlain ? "False" : "True")})",
        "idp = OAuth(app).register(",
        "    \"idp\",",
        $"    server_metadata_url=\"{partner.Issuer}/.well-known/openid-configuration\",",
        $"    client_id=\"{partner.ClientId}\",",
        "    client_secret=os.environ[\"CLIENT_SECRET\"],",
        "    client_kwargs={",
        $"        \"scope\": \"{partner.Scope}\",",
        "        \"code_challenge_method\": \"S256\",",
        $"        \"token_endpoint_auth_method\": \"{partner.MethodName}\",",
        "    },",
        ")",
        "");

    private static string SignIn(Partner partner)
    {
        var resource = partner.Resource is { } api ? $", resource=\"{api.Identifier}\"" : "";
        return Partner.Lines(
            "@app.get(\"/sign-in\")",
            "def sign_in():",
            $"    return idp.authorize_redirect(\"{partner.RedirectUri}\"{resource})",
            "",
            "",
            $"@app.get(\"{partner.RedirectPath}\")",
            "def callback():",
            "    # The library checks state, the nonce, PKCE and the ID token; who answered is checked here (RFC 9207).",
            $"    if request.args.get(\"iss\") != \"{partner.Issuer}\":",
            "        return \"This answer is from somebody else.\", 400",
            $"    tokens = idp.authorize_access_token({resource.TrimStart(',', ' ')})",
            """
                identity = tokens["userinfo"]  # the claims of the ID token
                person = idp.userinfo(token=tokens)
                if person["sub"] != identity["sub"]:
                    return "This is about somebody else.", 400
                session.clear()
                session["person"] = {"sub": identity["sub"], "sid": identity.get("sid"), "name": person.get("name")}  # sub is who it is, for ever
                return redirect("/me")

            """);
    }

    private static string Pages(Partner partner) => Partner.Lines(
        """
        @app.get("/me")
        def me():
            return session["person"] if "person" in session else redirect("/sign-in")


        @app.post("/sign-out")
        def sign_out():
            session.clear()
        """,
        partner.SignedOutUri is { } bye
            ? $"    where = urlencode({{\"client_id\": \"{partner.ClientId}\", \"post_logout_redirect_uri\": \"{bye}\"}})"
            : $"    where = urlencode({{\"client_id\": \"{partner.ClientId}\"}})",
        "    return redirect(idp.load_server_metadata()[\"end_session_endpoint\"] + \"?\" + where)").TrimEnd('\n');

    private static string Job(Partner partner) => Partner.Lines(
        """
        import os

        from authlib.integrations.requests_client import OAuth2Session

        """,
        "session = OAuth2Session(",
        $"    \"{partner.ClientId}\",",
        "    os.environ[\"CLIENT_SECRET\"],",
        $"    scope=\"{partner.Scope}\",",
        $"    token_endpoint_auth_method=\"{partner.MethodName}\",",
        ")",
        partner.Resource is { } api
            ? $"token = session.fetch_token(\"{partner.Issuer}/token\", grant_type=\"client_credentials\", resource=\"{api.Identifier}\")"
            : $"token = session.fetch_token(\"{partner.Issuer}/token\", grant_type=\"client_credentials\")",
        "# Keep it until shortly before expires_in is over; there is no refresh token.",
        partner.Resource is { } called ? $"print(session.get(\"{called.Identifier}\", timeout=10).status_code)" : "print(token[\"expires_in\"])");

    private static string Introspection(Partner partner) => Partner.Lines(
        """
        import os

        import requests


        def introspect(token):
            # What the token allows; None where it allows nothing, or nothing any more. Ask at each call: that is what this kind of API is for.
            answer = requests.post(
        """,
        $"        \"{partner.Issuer}/introspect\",",
        partner.Client.TokenEndpointAuthMethod == Clients.ClientAuthenticationMethod.ClientSecretPost
            ? $"        data={{\"token\": token, \"client_id\": \"{partner.ClientId}\", \"client_secret\": os.environ[\"CLIENT_SECRET\"]}},"
            : $"        data={{\"token\": token}},\n        auth=(\"{partner.ClientId}\", os.environ[\"CLIENT_SECRET\"]),",
        """
                timeout=5,
            )
            answer.raise_for_status()
            claims = answer.json()
            return claims if claims["active"] else None
        """);
}
