namespace IdentityProvider.Server.Keys;

/// <summary>The master key or a signing key can't be used. The message is the one line for the operator; it holds no key.</summary>
public sealed class KeyException(string message) : Exception(message);
