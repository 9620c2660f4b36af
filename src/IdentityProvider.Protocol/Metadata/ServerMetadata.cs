using System.Text.Json;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.UserInfo;

namespace IdentityProvider.Protocol.Metadata;

/// <summary>
/// The one metadata document, served at both well-known places: RFC 8414 §2 and OpenID Connect Discovery §3. It lists exactly what works;
/// a member is here because a test uses what it names.
/// </summary>
public static class ServerMetadata
{
    /// <summary>Where a client's certificate counts (RFC 8705 §5).</summary>
    private static readonly (string Name, string Path)[] AuthenticatedEndpoints =
    [
        ("token_endpoint", "/token"), ("userinfo_endpoint", "/userinfo"), ("pushed_authorization_request_endpoint", "/par"),
        ("introspection_endpoint", "/introspect"), ("revocation_endpoint", "/revoke"),
    ];

    /// <summary>The <c>typ</c> of <c>signed_metadata</c>, which RFC 8414 names none for: nothing else that we sign is taken for it (RFC 8725 §3.11).</summary>
    public const string Typ = "authorization-server-metadata+jwt";

    /// <summary>What an ID token says, and each claim that some scope opens at UserInfo.</summary>
    private static readonly string[] ClaimsSupported =
        ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", .. StandardClaims.All];

    /// <summary>
    /// The document, as UTF-8 JSON. Signed, it says all of itself again in <c>signed_metadata</c> (RFC 8414 §2.1): no moment is in that, so it is
    /// the same on every node for as long as the key signs.
    /// </summary>
    public static byte[] Write(ServerOffer offer, SigningKey? signer = null)
    {
        ArgumentNullException.ThrowIfNull(offer);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMembers(json, offer);
            if (signer is not null)
                json.WriteString("signed_metadata", Sign(offer, signer));
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>How a client may have UserInfo and ID tokens (OpenID Connect Discovery §3).</summary>
    private static void WriteAnswers(Utf8JsonWriter json, IEnumerable<string> algorithms)
    {
        WriteArray(json, "userinfo_signing_alg_values_supported", algorithms);
        foreach (var answer in new[] { "id_token", "userinfo" })
        {
            WriteArray(json, answer + "_encryption_alg_values_supported", EncryptionAlgorithm.All.Select(a => a.Name));
            WriteArray(json, answer + "_encryption_enc_values_supported", [Jwe.ContentEncryption]);
        }
    }

    private static string Sign(ServerOffer offer, SigningKey signer) => JwtWriter.Sign(signer, Typ, offer, static (claims, said) =>
    {
        claims.WriteString("iss", said.Issuer);
        WriteMembers(claims, said);
    });

    private static void WriteMembers(Utf8JsonWriter json, ServerOffer offer)
    {
        var issuer = offer.Issuer;
        json.WriteString("issuer", issuer);
        WriteEndpoints(json, issuer);
        if (offer.HasRegistration)
            json.WriteString("registration_endpoint", issuer + "/register");
        if (offer.HasClientDocuments)
            json.WriteBoolean("client_id_metadata_document_supported", true);
        WriteCapabilities(json, offer);
        foreach (var (name, address) in new[] { ("service_documentation", offer.ServiceDocumentation), ("op_policy_uri", offer.PolicyUri), ("op_tos_uri", offer.TosUri) })
        {
            if (address is not null)
                json.WriteString(name, address);
        }
    }

    private static void WriteEndpoints(Utf8JsonWriter json, string issuer)
    {
        json.WriteString("authorization_endpoint", issuer + "/authorize");
        json.WriteString("token_endpoint", issuer + "/token");
        json.WriteString("device_authorization_endpoint", issuer + "/device_authorization");
            json.WriteString("backchannel_authentication_endpoint", issuer + "/bc-authorize");
        json.WriteString("userinfo_endpoint", issuer + "/userinfo");
        json.WriteString("pushed_authorization_request_endpoint", issuer + "/par");
        json.WriteString("jwks_uri", issuer + "/.well-known/jwks.json");
        json.WriteString("introspection_endpoint", issuer + "/introspect");
        json.WriteString("revocation_endpoint", issuer + "/revoke");
        json.WriteString("end_session_endpoint", issuer + "/logout");
        json.WriteString("status_list_aggregation_endpoint", issuer + StatusReference.Path);
        json.WriteString("status_events_endpoint", issuer + StatusReference.EventsPath);
        json.WriteString("check_session_iframe", issuer + "/session/check");
    }

    private static void WriteCapabilities(Utf8JsonWriter json, ServerOffer offer)
    {
        var algorithms = SignatureAlgorithm.All.Select(a => a.Name);
        WriteArray(json, "scopes_supported", ScopeSet.Identity);
        WriteArray(json, "response_types_supported", ["code"]);
        WriteArray(json, "response_modes_supported", ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"]);
        WriteArray(json, "grant_types_supported", GrantTypes.All);
        WriteArray(json, "backchannel_token_delivery_modes_supported", ["poll", "ping"]);
        json.WriteBoolean("backchannel_user_code_parameter_supported", false);
        WriteArray(json, "subject_types_supported", ["public", "pairwise"]);
        WriteArray(json, "id_token_signing_alg_values_supported", algorithms);
        WriteArray(json, "request_object_signing_alg_values_supported", algorithms);
        WriteArray(json, "authorization_signing_alg_values_supported", algorithms);
        WriteClientAuthentication(json, algorithms, offer.Certificates);
        WriteAnswers(json, algorithms);
        WriteArray(json, "introspection_signing_alg_values_supported", algorithms);
        WriteArray(json, "code_challenge_methods_supported", ["S256"]);
        WriteArray(json, "dpop_signing_alg_values_supported", algorithms);
        WriteArray(json, "prompt_values_supported", ["none", "login", "consent", "select_account", .. offer.OffersAccounts ? ["create"] : Array.Empty<string>()]);
        WriteArray(json, "claim_types_supported", ["normal"]);
        WriteArray(json, "claims_supported", ClaimsSupported);
        json.WriteBoolean("claims_parameter_supported", true);
        WriteArray(json, "acr_values_supported", AcrRules.Offered);
        WriteArray(json, "display_values_supported", ["page"]);
        json.WriteBoolean("request_parameter_supported", true);
        json.WriteBoolean("request_uri_parameter_supported", true);
        json.WriteBoolean("require_request_uri_registration", true);
        json.WriteBoolean("require_signed_request_object", false);
        json.WriteBoolean("require_pushed_authorization_requests", offer.RequiresPushing);
        json.WriteBoolean("authorization_response_iss_parameter_supported", true);
        foreach (var channel in new[] { "backchannel", "frontchannel" })
        {
            json.WriteBoolean(channel + "_logout_supported", true);
            json.WriteBoolean(channel + "_logout_session_supported", true);
        }

        if (offer.AuthorizationDetailsTypes.Count > 0)
            WriteArray(json, "authorization_details_types_supported", offer.AuthorizationDetailsTypes);
        WriteArray(json, "ui_locales_supported", offer.UiLocales);
    }

    private static void WriteClientAuthentication(Utf8JsonWriter json, IEnumerable<string> algorithms, CertificateSupport? certificates)
    {
        List<string> methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
        if (certificates is { ChecksChains: true })
            methods.Add("tls_client_auth");
        if (certificates is not null)
            methods.Add("self_signed_tls_client_auth");

        // An API that introspects must prove who it is.
        foreach (var endpoint in new[] { "token", "introspection", "revocation" })
        {
            WriteArray(json, endpoint + "_endpoint_auth_methods_supported", endpoint == "introspection" ? methods : [.. methods, "none"]);
            WriteArray(json, endpoint + "_endpoint_auth_signing_alg_values_supported", algorithms);
        }

        if (certificates is not null)
            json.WriteBoolean("tls_client_certificate_bound_access_tokens", true);
        if (certificates?.Endpoint is not { } elsewhere)
            return;
        json.WriteStartObject("mtls_endpoint_aliases");
        foreach (var (name, path) in AuthenticatedEndpoints)
            json.WriteString(name, elsewhere + path);
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
