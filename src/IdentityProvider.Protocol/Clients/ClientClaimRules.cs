using IdentityProvider.Protocol.Authorize;

namespace IdentityProvider.Protocol.Clients;

/// <summary>What a client registers about the sign-ins that it likes and the claims that it gets (OpenID Connect Registration §2).</summary>
internal static class ClientClaimRules
{
    public static MetadataError? Refuse(Client client) =>
        // 1. Classes by their names, as a request could ask for them (Core §3.1.2.1).
        Broken(client.DefaultAcrValues.Count > AcrRules.MostValues, "default_acr_values", $"must be at most {AcrRules.MostValues}")
        ?? Broken(!client.DefaultAcrValues.All(IsAcr), "default_acr_values", $"must be names of 1 to {AcrRules.LongestValue} printable ASCII characters without spaces");

    private static bool IsAcr(string value) => value.Length is > 0 and <= AcrRules.LongestValue && value.All(c => c is > ' ' and <= '~');

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
