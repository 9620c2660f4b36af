namespace IdentityProvider.Protocol.Advice;

/// <summary>The four questions of docs/choosing.md, answered.</summary>
/// <param name="Revocation">How fast must a token that was taken back stop working?</param>
/// <param name="Verifiers">How many services verify tokens of this API?</param>
/// <param name="Clients">Which kinds of client call it?</param>
/// <param name="Permissions">How often does what a person may do change?</param>
public sealed record Needs(RevocationNeed Revocation, VerifierCount Verifiers, IReadOnlyList<ClientKind> Clients, PermissionChange Permissions);

/// <summary>How fast a revocation must reach every verifier.</summary>
public enum RevocationNeed
{
    /// <summary>No call may pass that begins after the revocation was answered.</summary>
    Immediate,

    /// <summary>Within about a second; longer, and bounded, where the network is broken.</summary>
    Seconds,

    /// <summary>The token may live out its minutes.</summary>
    Minutes,
}

/// <summary>How many services verify.</summary>
public enum VerifierCount
{
    One,
    Few,
    Many,
}

/// <summary>The kinds of client.</summary>
public enum ClientKind
{
    /// <summary>An application with a server of its own that makes the pages.</summary>
    Web,

    /// <summary>A single-page app: code in the browser.</summary>
    Spa,

    /// <summary>An app on a phone or a desktop.</summary>
    Native,

    /// <summary>A service that calls on its own behalf.</summary>
    Service,
}

/// <summary>How often permissions change.</summary>
public enum PermissionChange
{
    Rarely,
    Daily,
    Hourly,
}
