namespace IdentityProvider.Protocol.Authorize;

/// <summary>
/// What our pages have noted about one authorization request on its way. It travels in the resume token; what matters more (a sign-in, a
/// consent) is in the database, and a page can't invent it here.
/// </summary>
public sealed record AuthorizationProgress
{
    /// <summary>When the request first came, in whole milliseconds: what happened since, happened for it.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Whether the request came in an object that the client signed (RFC 9101), of which the parameters travel on.</summary>
    public bool IsSigned { get; init; }

    /// <summary>The session that the person chose to go on with.</summary>
    public Guid? ChosenSession { get; init; }

    /// <summary>The person wants to sign in as someone else.</summary>
    public bool WantsAnotherAccount { get; init; }

    /// <summary>Who agreed to the authorization details of this very request (RFC 9396): they are agreed to each time, and by no standing consent.</summary>
    public Guid? DetailsAgreedBy { get; init; }

    /// <summary>The identifier of that agreement, which gives one code.</summary>
    public Guid? DetailsAgreement { get; init; }

    /// <summary>The person said no.</summary>
    public bool ConsentDenied { get; init; }

    /// <summary>A request that just came.</summary>
    public static AuthorizationProgress Start(DateTimeOffset now) => new() { StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()) };
}
