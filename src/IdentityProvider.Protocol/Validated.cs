namespace IdentityProvider.Protocol;

/// <summary>What became of something that an operator or a partner wrote: the value it stands for, or the one thing to correct. Closed.</summary>
/// <typeparam name="T">What was meant.</typeparam>
public abstract class Validated<T>
    where T : class
{
    private Validated()
    {
    }

    public static implicit operator Validated<T>(MetadataError error) => new Invalid(error);

    /// <summary>Every rule holds.</summary>
    public sealed class Valid : Validated<T>
    {
        internal Valid(T value, IReadOnlyList<string>? warnings = null)
        {
            Value = value;
            Warnings = warnings ?? [];
        }

        public T Value { get; }

        /// <summary>What is allowed but worth a second thought, a line each.</summary>
        public IReadOnlyList<string> Warnings { get; }
    }

    /// <summary>A rule is broken.</summary>
    public sealed class Invalid : Validated<T>
    {
        internal Invalid(MetadataError error) => Error = error;

        public MetadataError Error { get; }
    }
}

/// <summary>Makes what needs no rule of Protocol's.</summary>
public static class Validated
{
    /// <summary>What was read, for the rules to come.</summary>
    public static Validated<T> Of<T>(T value)
        where T : class => new Validated<T>.Valid(value);
}

/// <summary>One mistake, in the words of who has to correct it.</summary>
/// <param name="Member">The member's name on the wire.</param>
/// <param name="Message">What is wrong with it; one line.</param>
public sealed record MetadataError(string Member, string Message)
{
    public override string ToString() => $"{Member}: {Message}";
}
