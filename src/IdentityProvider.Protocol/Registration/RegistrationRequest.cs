using System.Text.Json;
using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Registration;

/// <summary>
/// What a client wrote of itself (RFC 7591 §2, §3.1): unlike an operator's, a member that isn't known here is ignored, and so is one that is an
/// operator's to decide; the answer says what became of it (RFC 7591 §3.2.1). Only <see cref="Read"/> makes one.
/// </summary>
public sealed class RegistrationRequest
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    private readonly JsonElement _written;

    private RegistrationRequest(JsonElement written) => _written = written;

    /// <summary>What a client may decide about itself. A member of <see cref="ClientMetadata"/> that is neither here nor below is no client's wish.</summary>
    public static IReadOnlySet<string> OfClients { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "client_name", "application_type", "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types", "token_endpoint_auth_method", "token_endpoint_auth_signing_alg",
        "scope", "resources", "allowed_origins", "id_token_signed_response_alg", "introspection_signed_response_alg", "default_max_age",
        "backchannel_logout_uri", "backchannel_logout_session_required", "frontchannel_logout_uri", "frontchannel_logout_session_required",
        "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "jwks", "jwks_uri",
        "require_pushed_authorization_requests", "authorization_signed_response_alg", "request_uris", "request_object_signing_alg", "require_signed_request_object", "default_acr_values",
        "userinfo_signed_response_alg", "subject_type", "sector_identifier_uri", "id_token_encrypted_response_alg", "id_token_encrypted_response_enc",
        "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc", "dpop_bound_access_tokens", "tls_client_certificate_bound_access_tokens",
        "backchannel_token_delivery_mode", "backchannel_client_notification_endpoint", "backchannel_authentication_request_signing_alg",
        "backchannel_user_code_parameter", "profile",
        "tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri", "tls_client_auth_san_ip", "tls_client_auth_san_email",
    };

    /// <summary>
    /// What an operator alone decides: who asks about tokens, who does without PKCE or consent, whose sign-ins need two factors, who exchanges whose tokens or asks for what has no
    /// scope; and a cookie of ours for each client that registers itself could crowd out those of sessions.
    /// </summary>
    public static IReadOnlySet<string> OfOperators { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "client_id", "introspects", "require_pkce", "require_consent", "require_mfa", "refresh_token_delivery", "claims", "token_exchange", "authorization_details_types", "brand_color",
    };

    /// <summary>The statement about the software, signed by somebody else (RFC 7591 §2.3); null where there is none.</summary>
    public string? SoftwareStatement => Text("software_statement");

    /// <summary>The identifier that an update names (RFC 7592 §2.2).</summary>
    public string? ClientId => Text("client_id");

    /// <summary>The secret that an update names.</summary>
    public string? ClientSecret => Text("client_secret");

    /// <summary>Reads the body of a request, or the document of a client (RFC 7591 §3.1).</summary>
    public static Validated<RegistrationRequest> Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var root = JsonElement.Parse(utf8, Strict);
            return root.ValueKind is JsonValueKind.Object ? Validated.Of(new RegistrationRequest(root)) : new MetadataError("metadata", "must be one JSON object");
        }
        catch (JsonException)
        {
            return new MetadataError("metadata", "is not JSON, or has a member twice");
        }
    }

    /// <summary>Whether a member was written, and not as null, which counts as absent (RFC 7592 §2.2).</summary>
    public bool Has(string member) => _written.TryGetProperty(member, out var value) && value.ValueKind is not JsonValueKind.Null;

    /// <summary>The metadata that is asked for: what the statement claims goes over what the client wrote (RFC 7591 §2.3).</summary>
    /// <param name="claims">The claims of a statement that was verified; null where there is none.</param>
    public Validated<ClientMetadata> Asked(JsonElement? claims)
    {
        using var kept = new MemoryStream();
        using (var json = new Utf8JsonWriter(kept))
        {
            json.WriteStartObject();
            foreach (var member in _written.EnumerateObject().Where(m => !IsStated(claims, m.Name)))
                Keep(json, member);
            if (claims is { } stated)
            {
                foreach (var member in stated.EnumerateObject())
                    Keep(json, member);
            }

            json.WriteEndObject();
        }

        return MetadataJson.Read(kept.GetBuffer().AsSpan(0, (int)kept.Length), ClientMetadataJson.Default.ClientMetadata);
    }

    private static void Keep(Utf8JsonWriter json, JsonProperty member)
    {
        if (OfClients.Contains(member.Name) || ClientLanguages.MemberOf(member.Name) is not null)
            member.WriteTo(json);
    }

    // A name that is stated is not said otherwise in another language.
    private static bool IsStated(JsonElement? claims, string name) =>
        claims is { } over && (over.TryGetProperty(name, out _) || (ClientLanguages.MemberOf(name) is { } member && over.TryGetProperty(member, out _)));

    private string? Text(string member) => _written.TryGetProperty(member, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
