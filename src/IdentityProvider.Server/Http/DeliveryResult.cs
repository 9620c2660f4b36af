namespace IdentityProvider.Server.Http;

/// <summary>How an attempt ended.</summary>
/// <param name="IsDelivered">Whether the client knows now.</param>
/// <param name="Error">Why not, in our own words.</param>
/// <param name="IsPointless">Whether no other attempt could do better.</param>
internal sealed record DeliveryResult(bool IsDelivered, string Error = "", bool IsPointless = false)
{
    /// <summary>Where nothing was tried, since it isn't its time: when to look again. What else is due for the client goes out all the same. Null for an attempt that failed.</summary>
    public TimeSpan? Again { get; init; }
}
