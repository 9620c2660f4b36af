using System.Buffers.Text;
using IdentityProvider.Protocol.SignIn;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What a person sees of their passkeys.</summary>
/// <param name="FormToken">The antiforgery token.</param>
/// <param name="Shown">The session that the page is shown to.</param>
/// <param name="Passkeys">Oldest first.</param>
/// <param name="Notice">What was just done, or why it wasn't.</param>
/// <param name="IsPossible">Whether this issuer can have passkeys.</param>
public sealed record PasskeysModel(string FormToken, string Shown, IReadOnlyList<Passkey> Passkeys, PasskeyNotice? Notice, bool IsPossible)
{
    /// <summary>Whether this issuer can have passkeys (<see cref="SignIn.RelyingParty"/>), and the person has room for another.</summary>
    public bool MayAdd => IsPossible && Passkeys.Count < Passkey.Most;

    /// <summary>A passkey's identifier in a form.</summary>
    public static string IdOf(Passkey passkey) => Base64Url.EncodeToString(passkey.CredentialId);

    public static byte[] ReadId(string? id) => id is not null && Base64Url.IsValid(id) ? Base64Url.DecodeFromChars(id) : [];
}
