using System.Text.Json;

namespace IdentityProvider.Jose;

/// <summary>The outcome of verifying a JWT: <see cref="Verified"/> or <see cref="Refused"/>, and nothing else.</summary>
public abstract class JwtVerification
{
    private JwtVerification()
    {
    }

    /// <summary>Every check passed.</summary>
    public sealed class Verified : JwtVerification
    {
        internal Verified(JwsHeader header, JsonElement claims)
        {
            Header = header;
            Claims = claims;
        }

        /// <summary>The header: kid, typ and alg.</summary>
        public JwsHeader Header { get; }

        /// <summary>The claims, one JSON object; no member of it comes twice, and reading its strings can't throw.</summary>
        public JsonElement Claims { get; }

        /// <summary>A claim that is a string; null when it is absent or something else.</summary>
        public string? StringOrNull(string claim) => StrictJson.TryGetString(Claims, claim, out var value) ? value : null;
    }

    /// <summary>One check failed.</summary>
    public sealed class Refused : JwtVerification
    {
        internal Refused(JoseRefused refused)
        {
            Reason = refused.Reason;
            Detail = refused.Detail;
        }

        /// <summary>Why: one value per rule.</summary>
        public JoseRefusal Reason { get; }

        /// <summary>Which member or limit, for the log; no claim value, no token.</summary>
        public string Detail { get; }
    }
}
