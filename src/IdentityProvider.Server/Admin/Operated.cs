using System.Diagnostics.CodeAnalysis;
using IdentityProvider.Protocol;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>How an operation ended: done, or why not. A command prints it, the API makes a problem of it, a page shows it at the field at fault.</summary>
/// <typeparam name="T">What was done, or what was asked for.</typeparam>
internal sealed class Operated<T>
    where T : notnull
{
    private readonly T? _value;
    private readonly Fault? _fault;

    private Operated(T? value, Fault? fault, IReadOnlyList<string> warnings) => (_value, _fault, Warnings) = (value, fault, warnings);

    /// <summary>What is done all the same, and worth a second thought; a line each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public static implicit operator Operated<T>(T value) => new(value, null, []);

    public static implicit operator Operated<T>(Fault fault) => new(default, fault, []);

    public static Operated<T> Done(T value, IReadOnlyList<string> warnings) => new(value, null, warnings);

    /// <summary>True where it was done.</summary>
    public bool Try([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Fault? fault)
    {
        (value, fault) = (_value, _fault);
        return _fault is null;
    }
}

/// <summary>Why an operation was not done.</summary>
/// <param name="Kind">What kind of reason.</param>
/// <param name="Member">What it is about, by the name of its member.</param>
/// <param name="Reason">In the words of who has to correct it; one line.</param>
public sealed record Fault(FaultKind Kind, string Member, string Reason)
{
    /// <summary>What was written breaks a rule.</summary>
    public static Fault Refused(string member, string reason) => new(FaultKind.Refused, member, reason);

    public static Fault Refused(MetadataError error) => new(FaultKind.Refused, error.Member, error.Message);

    /// <summary>There is no such thing.</summary>
    /// <param name="member">By what it was named.</param>
    /// <param name="name">The name.</param>
    /// <param name="noun">What it would be, with its article.</param>
    public static Fault Unknown(string member, string name, string noun) => new(FaultKind.Unknown, member, $"'{name}' is not {noun} here");

    /// <summary>It can't be done to what is there now: a name is taken, something has ended already.</summary>
    public static Fault Conflict(string member, string reason) => new(FaultKind.Conflict, member, reason);

    /// <summary>Somebody else changed it since it was read.</summary>
    public static Fault Changed(string member) => new(FaultKind.Changed, member, "was changed by somebody else just now; try again");

    /// <summary>Why what was read is not replaced or removed; null where it is.</summary>
    /// <param name="ended">How that ended.</param>
    /// <param name="unknown">Where there is no such thing.</param>
    /// <param name="member">What somebody else changed.</param>
    public static Fault? Of(Replaced ended, Fault unknown, string member) => ended switch
    {
        Replaced.Done => null,
        Replaced.Unknown => unknown,
        _ => Changed(member),
    };

    /// <summary>Who asks may not do this.</summary>
    public static Fault Forbidden(string member, string reason) => new(FaultKind.Forbidden, member, reason);

    public override string ToString() => $"{Member}: {Reason}";
}

/// <summary>The kinds of reasons.</summary>
public enum FaultKind
{
    Refused,
    Unknown,
    Conflict,
    Changed,
    Forbidden,
}
