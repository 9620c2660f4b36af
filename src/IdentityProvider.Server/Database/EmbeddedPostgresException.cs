namespace IdentityProvider.Server.Database;

/// <summary>The embedded database can't be run. The message is one line for the operator: what is wrong and, where there is a remedy, the remedy.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException(string message) : base(message) { }

    public EmbeddedPostgresException(string message, Exception innerException) : base(message, innerException) { }

    public EmbeddedPostgresException() { }
}
