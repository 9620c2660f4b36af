using System.Diagnostics.CodeAnalysis;

namespace IdentityProvider.Protocol;

/// <summary>What a rule decides: a value that only this rule may make, or the one reason why not. Closed: there is no third case.</summary>
/// <typeparam name="T">What is allowed.</typeparam>
public abstract class Decision<T>
    where T : class
{
    private Decision()
    {
    }

    public static implicit operator Decision<T>(T value) => new Allowed(value);

    public static implicit operator Decision<T>(Refusal reason) => new Refused(reason);

    /// <summary>The two cases for code that goes on with the value or answers with the reason.</summary>
    public bool Try([NotNullWhen(true)] out T? value, out Refusal reason)
    {
        value = (this as Allowed)?.Value;
        reason = this is Refused refused ? refused.Reason : default;
        return value is not null;
    }

    /// <summary>The rule allows it.</summary>
    public sealed class Allowed : Decision<T>
    {
        internal Allowed(T value) => Value = value;

        public T Value { get; }
    }

    /// <summary>The rule refuses it; <see cref="Refusals"/> says how that is answered.</summary>
    public sealed class Refused : Decision<T>
    {
        internal Refused(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }
}
