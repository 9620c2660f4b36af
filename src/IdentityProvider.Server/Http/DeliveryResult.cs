namespace IdentityProvider.Server.Http;

/// <summary>How an attempt ended.</summary>
/// <param name="IsDelivered">Whether the client knows now.</param>
/// <param name="Error">Why not, in our own words.</param>
/// <param name="IsPointless">Whether no other attempt could do better.</param>
internal sealed record DeliveryResult(bool IsDelivered, string Error = "", bool IsPointless = false);
