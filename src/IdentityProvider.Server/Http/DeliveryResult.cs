namespace IdentityProvider.Server.Http;

/// <summary>How an attempt ended.</summary>
/// <param name="IsDelivered">Whether the client knows now.</param>
/// <param name="Error">Why not, in our own words.</param>
/// <param name="IsPointless">Whether no other attempt could do better.</param>
internal sealed record DeliveryResult(bool IsDelivered, string Error = "", bool IsPointless = false)
{
    /// <summary>Where nothing was tried, since it isn't its time: when to look again. Null for an attempt that failed.</summary>
    public TimeSpan? Again { get; init; }

    /// <summary>Whether what else is due for the client may go out all the same.</summary>
    public bool GoesOn { get; init; }
}
