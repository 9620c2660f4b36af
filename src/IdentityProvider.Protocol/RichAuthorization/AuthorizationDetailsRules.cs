using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.RichAuthorization;

/// <summary>What details a client may ask for, and which of those granted a token may carry (RFC 9396 §3, §5, §6).</summary>
public static class AuthorizationDetailsRules
{
    /// <summary>Decides what an authorization request asks for.</summary>
    /// <param name="text">The parameter; null where there is none.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="types">The types that an operator registered, by name.</param>
    public static Decision<AuthorizationDetails> Decide(string? text, Client client, IReadOnlyDictionary<string, AuthorizationDetailsType> types)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(types);

        // 1. Details at all (RFC 9396 §2).
        if (!AuthorizationDetails.Read(text).Try(out var details, out var reason)) return reason;

        foreach (var detail in details.Items)
        {
            // 2. Each of a type that exists, and that this client is registered for (RFC 9396 §5, §10).
            var name = AuthorizationDetails.TypeOf(detail);
            if (!types.TryGetValue(name, out var type) || !client.AuthorizationDetailsTypes.Contains(name, StringComparer.Ordinal)) return Refusal.AuthorizationDetailsTypeNotAllowed;

            // 3. With the members that its type has and no others, each as the schema says (RFC 9396 §5).
            if (!type.Schema.Allows(detail, "type")) return Refusal.AuthorizationDetailsNotOfTheirType;
        }

        // 4. For APIs that this client may have tokens for (RFC 9396 §2.2, RFC 8707 §2).
        return details.Locations.All(location => client.Resources.Contains(location, StringComparer.Ordinal)) ? details : Refusal.AuthorizationDetailsLocationNotAllowed;
    }

    /// <summary>Decides what a token is to carry of what was granted: all of it, or those that the token request names (RFC 9396 §6).</summary>
    /// <param name="asked">The token request's; null where it names none.</param>
    /// <param name="granted">The grant's; null for a plain one.</param>
    /// <param name="client">Who asks: what it has lost since, it gets no more.</param>
    internal static Decision<AuthorizationDetails> Narrow(AuthorizationDetails? asked, AuthorizationDetails? granted, Client client)
    {
        var open = granted?.OfTypes(client.AuthorizationDetailsTypes) ?? AuthorizationDetails.None;
        if (asked is null) return open;
        return asked.IsAmong(open) ? asked : Refusal.AuthorizationDetailsExceedGrant;
    }
}
