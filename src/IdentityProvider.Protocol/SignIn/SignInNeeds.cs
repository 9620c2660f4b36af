namespace IdentityProvider.Protocol.SignIn;

/// <summary>What a sign-in is for asks of it.</summary>
public sealed record SignInNeeds
{
    public static SignInNeeds None { get; } = new();

    /// <summary>The client's sign-ins are by two factors (its member <c>require_mfa</c>).</summary>
    public bool IsRequiredByClient { get; init; }

    /// <summary>Whether two factors were asked for by name (OpenID Connect Core §5.5.1.1, RFC 9470).</summary>
    public SecondFactorWish Wish { get; init; }
}

/// <summary>How strongly a request asks for the class of two factors.</summary>
public enum SecondFactorWish
{
    /// <summary>Not at all, or one factor is as welcome.</summary>
    None,

    /// <summary>It would like it (OpenID Connect Core §3.1.2.1, <c>acr_values</c>).</summary>
    Voluntary,

    /// <summary>Nothing less will do (OpenID Connect Core §5.5.1.1, an essential <c>acr</c>; RFC 9470).</summary>
    Essential,
}
