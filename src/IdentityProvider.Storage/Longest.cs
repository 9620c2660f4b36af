namespace IdentityProvider.Storage;

/// <summary>
/// The longest text that each column takes, in characters. Registration and authorization refuse longer ones before they come here.
/// </summary>
public static class Longest
{
    public const int ClientId = 200;

    /// <summary>SQL Server's clustered keys end at 900 bytes, two for a character.</summary>
    public const int ResourceIdentifier = 400;

    public const int Uri = 2000;

    /// <summary>Scopes, resource indicators and a nonce.</summary>
    public const int List = 4000;

    /// <summary>CIBA Core §7.1: short enough for the screen of a till.</summary>
    public const int BindingMessage = 100;

    /// <summary>In bytes: CIBA Core §7.1's 1024 characters, and what sealing adds.</summary>
    public const int SealedNotificationToken = 1200;

    /// <summary>What ASP.NET Core Identity keeps of a login elsewhere.</summary>
    public const int TrustedIssuer = 128;

    /// <summary>OpenID Connect Core §2: of a <c>sub</c> elsewhere. Ours of a <c>sid</c>.</summary>
    public const int UpstreamSubject = 255;

    /// <summary>In bytes: what goes along with a push, and what sealing adds.</summary>
    public const int SealedAuthorization = 1100;

    /// <summary>The types of events that a receiver names.</summary>
    public const int EventTypes = 50 * 201;

    public const int UpstreamName = 40;

    /// <summary>In bytes: a secret of 500 characters, and what sealing adds.</summary>
    public const int SealedUpstreamSecret = 600;

    /// <summary>A JSON Schema of 16384 characters, each of which JSON may write by six.</summary>
    public const int Schema = 128 * 1024;

    /// <summary>An authorization request as our pages carry it, sealed; a longer one goes on in its own tab alone.</summary>
    public const int Resume = 8000;

    public const int Amr = 200;

    public const int Acr = 200;

    public const int Jti = 100;

    /// <summary>Why a delivery failed, in our own words.</summary>
    public const int Error = 200;

    public const int Kid = 100;

    /// <summary>Room for more statuses of a family than it notes, for those that parallel retries add.</summary>
    public const int Statuses = 4000;

    public const int GroupName = 100;

    /// <summary>A name as it is looked for: two that begin so far alike are told apart by who looks.</summary>
    public const int SearchName = 100;

    public const int Address = 64;

    public const int UserAgent = 400;

    /// <summary>Of a line of an account's history.</summary>
    public const int Detail = 200;

    /// <summary>A <c>client_id</c>, a <c>sub</c>, or the operating system's name of somebody.</summary>
    public const int AuditActor = 200;

    /// <summary>The longest identifier that anything has here.</summary>
    public const int AuditTarget = 400;

    public const int AuditDevice = 100;

    public const int AuditRequestId = 60;

    /// <summary>
    /// Whether a key of this text can be there: printable ASCII of at most this length. Anything else is not found, without asking a database
    /// that would refuse a null byte, or compare padded.
    /// </summary>
    internal static bool Fits(string text, int longest) => text.Length <= longest && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>What a browser says of itself is kept as far as it fits, without control characters.</summary>
    public static string? Cut(string? text, int longest)
    {
        if (text is null)
            return null;
        var kept = new string([.. text.Where(c => c is >= ' ' and <= '~').Take(longest)]);
        return kept.Length == 0 ? null : kept;
    }

    /// <summary>A name in any script, as far as it fits; what a database couldn't give back as it was is left out.</summary>
    internal static string? CutText(string? text, int longest) =>
        text is null ? null : new string([.. text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(longest)]);
}
