using System.Text;

namespace IdentityProvider.Jose;

/// <summary>
/// The <c>typ</c> that a caller expects (RFC 7515 §4.1.9, RFC 8725 §3.11), compared without regard to ASCII case and with or without
/// <c>application/</c>. A string converts to it; accepting tokens without typ must be said by name.
/// </summary>
public sealed class ExpectedTyp
{
    private const string Application = "application/";

    private readonly string[] _names;
    private readonly bool _mayBeAbsent;

    private ExpectedTyp(IEnumerable<string> names, bool mayBeAbsent)
    {
        _names = [.. names.Select(name => Subtype(name).ToString())];
        if (_names.Length == 0 || _names.Contains("")) throw new ArgumentException("A typ is expected.", nameof(names));
        _mayBeAbsent = mayBeAbsent;
    }

    /// <summary>Exactly this typ, which must be there.</summary>
    public static ExpectedTyp Exactly(string typ) => new([typ], mayBeAbsent: false);

    /// <summary>One of these, or none: for tokens of others who need not write one, such as client assertions (RFC 7523).</summary>
    public static ExpectedTyp AbsentOr(params IReadOnlyList<string> typs) => new(typs, mayBeAbsent: true);

#pragma warning disable CA2225 // Exactly is the named alternate.
    public static implicit operator ExpectedTyp(string typ) => Exactly(typ);
#pragma warning restore CA2225

    internal bool Matches(string? typ) => typ is null ? _mayBeAbsent : _names.Any(name => Ascii.EqualsIgnoreCase(Subtype(typ), name));

    /// <inheritdoc/>
    public override string ToString() => string.Join(" or ", _names) + (_mayBeAbsent ? ", or none" : "");

    // The prefix may be left out only where no other slash follows (RFC 7515 §4.1.9).
    private static ReadOnlySpan<char> Subtype(string typ) =>
        typ.Length > Application.Length
            && Ascii.EqualsIgnoreCase(typ.AsSpan(0, Application.Length), Application)
            && typ.LastIndexOf('/') < Application.Length
            ? typ.AsSpan(Application.Length)
            : typ;
}
