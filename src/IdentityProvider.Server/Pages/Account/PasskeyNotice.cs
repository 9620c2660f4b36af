using IdentityProvider.Protocol;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What was just done with a passkey, or why it wasn't: told on the page that follows by a word in its address, never a text.</summary>
/// <param name="Word">The word.</param>
/// <param name="Key">The text.</param>
/// <param name="IsProblem">Whether it wasn't done.</param>
public sealed record PasskeyNotice(string Word, string Key, bool IsProblem)
{
    public const string Parameter = "passkey";

    public static PasskeyNotice Added { get; } = new("added", "Passkeys.DoneAdded", IsProblem: false);

    public static PasskeyNotice Renamed { get; } = new("renamed", "Passkeys.DoneRenamed", IsProblem: false);

    public static PasskeyNotice Removed { get; } = new("removed", "Passkeys.DoneRemoved", IsProblem: false);

    private static readonly PasskeyNotice Unnamed = new("name", "Passkeys.NameInvalid", IsProblem: true);
    private static readonly PasskeyNotice Taken = new("taken", "Passkeys.Taken", IsProblem: true);
    private static readonly PasskeyNotice TooMany = new("many", "Passkeys.TooMany", IsProblem: true);
    private static readonly PasskeyNotice OnlyWayIn = new("last", "Passkeys.OnlyWayIn", IsProblem: true);
    private static readonly PasskeyNotice Failed = new("failed", "Passkeys.NotDone", IsProblem: true);

    private static readonly PasskeyNotice[] All = [Added, Renamed, Removed, Unnamed, Taken, TooMany, OnlyWayIn, Failed];

    public static PasskeyNotice? Of(string? word) => All.FirstOrDefault(notice => notice.Word == word);

    public static PasskeyNotice Of(Refusal reason) => reason switch
    {
        Refusal.PasskeyNameInvalid => Unnamed,
        Refusal.PasskeyTaken => Taken,
        Refusal.TooManyPasskeys => TooMany,
        Refusal.PasskeyIsOnlyWayIn => OnlyWayIn,
        _ => Failed,
    };
}
