using System.Diagnostics.CodeAnalysis;

namespace IdentityProvider.Jose;

/// <summary>A refusal: the reason, and a detail for the log that holds no token, claim value or key.</summary>
public sealed class JoseRefused
{
    internal JoseRefused(JoseRefusal reason, string detail)
    {
        Reason = reason;
        Detail = detail;
    }

    /// <summary>Why: one value per rule.</summary>
    public JoseRefusal Reason { get; }

    /// <summary>Which member or limit, for a person who reads the log.</summary>
    public string Detail { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Reason}: {Detail}";
}

/// <summary>Either a value that passed every check, or the refusal.</summary>
public sealed class JoseResult<T> where T : class
{
    private readonly T? _value;
    private readonly JoseRefused? _refused;

    private JoseResult(T? value, JoseRefused? refused)
    {
        _value = value;
        _refused = refused;
    }

    /// <summary>True with the value, or false with the refusal; exactly one of them is there.</summary>
    public bool Accepted([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out JoseRefused? refused)
    {
        value = _value;
        refused = _refused;
        return _value is not null;
    }

    /// <summary>The value, or null when it was refused.</summary>
    public T? ValueOrNull => _value;

    /// <summary>The refusal, or null when it was accepted.</summary>
    public JoseRefused? Refused => _refused;

#pragma warning disable CA2225 // These conversions are how a rule returns; a named alternate would say the same twice.
    public static implicit operator JoseResult<T>(T value) => new(value, null);

    public static implicit operator JoseResult<T>(JoseRefused refused) => new(null, refused);
#pragma warning restore CA2225
}
