using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Integration;

/// <summary>bash, curl and openssl. The secret is in no process's arguments, where others of the machine could read it.</summary>
internal static class CurlSnippet
{
    private const string Begin = "#!/usr/bin/env bash\nset -euo pipefail\n";

    public static Snippet Write(Partner partner) => new(
        Platform.Curl,
        [new(
            partner.Kind switch { PartnerKind.Job => "token.sh", PartnerKind.Api => "introspect.sh", _ => "sign-in.sh" },
            "bash",
            partner.Kind switch { PartnerKind.Job => Job(partner), PartnerKind.Api => Introspection(partner), _ => SignIn(partner) })],
        partner.Client.IsPublic ? [] : [SnippetVariable.ClientSecret],
        []);

    private static string Job(Partner partner) => Partner.Lines(
        Begin,
        Posting(partner, "token"),
        "  --data grant_type=client_credentials \\",
        partner.Resource is { } api ? $"  --data-urlencode {Quoted("resource=" + api.Identifier)} \\" : null,
        $"  --data-urlencode {Quoted("scope=" + partner.Scope)}");

    private static string Introspection(Partner partner) => Partner.Lines(
        Begin,
        "read -r token # from standard input",
        Posting(partner, "introspect"),
        "  --data-urlencode \"token=$token\"");

    private static string SignIn(Partner partner) => Partner.Lines(
        Begin,
        """
        text() { openssl base64 -A | tr -- '+/' '-_' | tr -d '='; }
        verifier=$(openssl rand 32 | text)
        challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | text)
        state=$(openssl rand -hex 16)
        """,
        $"echo {Quoted("Open " + Request(partner))}\"&state=$state&nonce=$(openssl rand -hex 16)&code_challenge=$challenge&code_challenge_method=S256\"",
        """

        read -r -p 'Sign in, and paste the address that the browser ends at: ' answer
        case "$answer&" in *[?\&]"state=$state&"*) ;; *) echo 'That is the answer to another request.' >&2; exit 1 ;; esac
        code=$(printf %s "$answer" | sed -n 's/.*[?&]code=\([^&#]*\).*/\1/p')
        """,
        Posting(partner, "token"),
        partner.Client.IsPublic ? $"  --data client_id={partner.ClientId} \\" : null,
        "  --data grant_type=authorization_code --data \"code_verifier=$verifier\" --data-urlencode \"code=$code\" \\",
        $"  --data-urlencode {Quoted("redirect_uri=" + partner.RedirectUri)}");

    // RFC 6749 §4.1.1, §4.1.2: state and PKCE are made where it runs.
    private static string Request(Partner partner) =>
        $"{partner.Issuer}/authorize?response_type=code&client_id={partner.ClientId}&redirect_uri={Uri.EscapeDataString(partner.RedirectUri)}&scope={Uri.EscapeDataString(partner.Scope.ToString())}"
        + (partner.Resource is { } api ? $"&resource={Uri.EscapeDataString(api.Identifier)}" : "");

    private static string Posting(Partner partner, string endpoint) => partner.Client.TokenEndpointAuthMethod switch
    {
        ClientAuthenticationMethod.ClientSecretBasic => $"curl --silent --show-error --fail-with-body {Quoted($"{partner.Issuer}/{endpoint}")} --config <(printf 'user = \"%s:%s\"' {Quoted(partner.ClientId)} \"$CLIENT_SECRET\") \\",
        ClientAuthenticationMethod.ClientSecretPost =>
            $"curl --silent --show-error --fail-with-body {Quoted($"{partner.Issuer}/{endpoint}")} --data client_id={partner.ClientId} --data client_secret@<(printf %s \"$CLIENT_SECRET\") \\",
        _ => $"curl --silent --show-error --fail-with-body {Quoted($"{partner.Issuer}/{endpoint}")} \\",
    };

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
