using System.Text.Json;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Protocol.Status;

namespace IdentityProvider.Server.Endpoints.Token;

/// <summary>Tokens that are minted and not yet handed out, with what is said of them (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).</summary>
internal sealed record TokenResponse(string AccessToken, long ExpiresIn, string Scope, string? RefreshToken, string? IdToken)
{
    /// <summary>How the access token is to be shown (RFC 6749 §7.1, RFC 9449 §5).</summary>
    public required string TokenType { get; init; }

    /// <summary>What was granted beyond scopes and the access token carries (RFC 9396 §7).</summary>
    public AuthorizationDetails Details { get; init; } = AuthorizationDetails.None;

    /// <summary>The access token's status, where its family's row is to note it before anything goes out.</summary>
    public LiveStatus? Noted { get; init; }

    /// <summary>When the sign-in that the tokens are of ends for good; null for a client's own.</summary>
    public DateTimeOffset? FamilyExpiresAt { get; init; }

    /// <summary>What came of an exchange (RFC 8693 §2.2.1); null for any other grant.</summary>
    public string? IssuedTokenType { get; init; }

    public static void Write(Utf8JsonWriter json, TokenResponse response)
    {
        json.WriteStartObject();
        json.WriteString("access_token", response.AccessToken);
        json.WriteString("token_type", response.TokenType);
        json.WriteNumber("expires_in", response.ExpiresIn);
        if (response.Scope.Length > 0)
            json.WriteString("scope", response.Scope);
        if (!response.Details.IsEmpty)
        {
            json.WritePropertyName("authorization_details");
            response.Details.WriteTo(json);
        }

        if (response.IssuedTokenType is not null)
            json.WriteString("issued_token_type", response.IssuedTokenType);
        if (response.RefreshToken is not null)
            json.WriteString("refresh_token", response.RefreshToken);
        if (response.IdToken is not null)
            json.WriteString("id_token", response.IdToken);
        json.WriteEndObject();
    }
}
