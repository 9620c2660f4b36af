namespace IdentityProvider.Protocol.Clients;

/// <summary>How a client of the back channel learns of an answer (CIBA Core §4).</summary>
public enum BackchannelDelivery
{
    /// <summary>It asks.</summary>
    Poll,

    /// <summary>It is told that there is one, and then asks.</summary>
    Ping,
}

/// <summary>A client's metadata for the back channel (CIBA Core §4).</summary>
internal static class ClientBackchannelRules
{
    public static MetadataError? Read(ClientMetadata metadata, ref Client client)
    {
        if (metadata.BackchannelTokenDeliveryMode is not (null or "poll" or "ping"))
            return new("backchannel_token_delivery_mode", "must be poll or ping");
        client = client with
        {
            BackchannelTokenDeliveryMode = metadata.BackchannelTokenDeliveryMode switch { "ping" => BackchannelDelivery.Ping, "poll" => BackchannelDelivery.Poll, _ => null },
            BackchannelClientNotificationEndpoint = metadata.BackchannelClientNotificationEndpoint,
        };
        return null;
    }

    public static MetadataError? Refuse(Client client)
    {
        var (uses, mode, endpoint) = (client.Allows(GrantTypes.Backchannel), client.BackchannelTokenDeliveryMode, client.BackchannelClientNotificationEndpoint);
        return
            // 1. Who asks for people proves who it is, and says how it hears of the answer (§4, §7.1).
            Broken(uses && client.IsPublic, "grant_types", "the back channel needs a client that authenticates; this one's token_endpoint_auth_method is none")
            ?? Broken(uses && mode is null, "backchannel_token_delivery_mode", $"must be poll or ping, as grant_types has {GrantTypes.Backchannel}")
            ?? Broken(!uses && mode is not null, "backchannel_token_delivery_mode", $"needs the grant type {GrantTypes.Backchannel}")
            // 2. An address for who is told, and for nobody else (§4).
            ?? Broken(mode == BackchannelDelivery.Ping && endpoint is null, "backchannel_client_notification_endpoint", "must be there for ping")
            ?? Broken(mode != BackchannelDelivery.Ping && endpoint is not null, "backchannel_client_notification_endpoint", "needs backchannel_token_delivery_mode ping")
            ?? Broken(endpoint is not null && (!WebUris.IsSecure(endpoint) || endpoint.Contains('#', StringComparison.Ordinal)), "backchannel_client_notification_endpoint", "must be an https URL (http on loopback) without fragment, of at most 2000 characters");
    }

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
