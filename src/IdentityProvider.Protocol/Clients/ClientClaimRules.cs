using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Claims;

namespace IdentityProvider.Protocol.Clients;

/// <summary>What a client registers about sign-ins, about how it knows people, and about how it is told of them (OpenID Connect Registration §2).</summary>
internal static class ClientClaimRules
{
    /// <summary>Adds what was written of these to a client; what has no meaning is named.</summary>
    public static MetadataError? Read(ClientMetadata metadata, ref Client client)
    {
        // 1. How the client knows people (Core §8).
        if (metadata.SubjectType is not (null or "public" or "pairwise"))
            return new("subject_type", "must be public or pairwise");

        // 2. UserInfo signed, where an algorithm is named (Core §5.3.2).
        SignatureAlgorithm? userInfo = null;
        if (metadata.UserinfoSignedResponseAlg is { } name && !SignatureAlgorithm.TryParse(name, out userInfo))
            return new("userinfo_signed_response_alg", "must be RS256, PS256 or ES256; without it UserInfo answers JSON");

        // 3. Both encrypted, where an algorithm is named (Core §10.2).
        if (ReadEncryption("id_token", metadata.IdTokenEncryptedResponseAlg, metadata.IdTokenEncryptedResponseEnc, out var forIdToken) is { } idTokenError)
            return idTokenError;
        if (ReadEncryption("userinfo", metadata.UserinfoEncryptedResponseAlg, metadata.UserinfoEncryptedResponseEnc, out var forUserInfo) is { } userInfoError)
            return userInfoError;

        // 4. Claims that are added, in either place.
        if (ClaimMapping.Read(metadata.Claims?.IdToken, besideStandardClaims: false, out var inIdToken) is { } wrongInIdToken)
            return wrongInIdToken;
        if (ClaimMapping.Read(metadata.Claims?.Userinfo, besideStandardClaims: true, out var atUserInfo) is { } wrongAtUserInfo)
            return wrongAtUserInfo;

        client = client with
        {
            DefaultAcrValues = metadata.DefaultAcrValues ?? [],
            SubjectType = metadata.SubjectType == "pairwise" ? SubjectType.Pairwise : SubjectType.Public,
            SectorIdentifierUri = metadata.SectorIdentifierUri,
            IdTokenClaims = inIdToken,
            UserInfoClaims = atUserInfo,
            UserinfoSignedResponseAlg = userInfo,
            IdTokenEncryptedResponseAlg = forIdToken,
            UserinfoEncryptedResponseAlg = forUserInfo,
        };
        return null;
    }

    public static MetadataError? Refuse(Client client) =>
        // 1. Classes by their names, as a request could ask for them (Core §3.1.2.1).
        Broken(client.DefaultAcrValues.Count > AcrRules.MostValues, "default_acr_values", $"must be at most {AcrRules.MostValues}")
        ?? Broken(!client.DefaultAcrValues.All(IsAcr), "default_acr_values", $"must be names of 1 to {AcrRules.LongestValue} printable ASCII characters without spaces")
        // 2. One sector: a list at an https address, or the one host of the redirect URIs (Core §8.1, Registration §5).
        ?? Broken(
            client.SectorIdentifierUri is { } uri && !(WebUris.IsSecure(uri) && !uri.Contains('#', StringComparison.Ordinal)),
            "sector_identifier_uri",
            "must be an https URL (http on loopback) without fragment, of at most 2000 characters")
        ?? Broken(client is { SubjectType: SubjectType.Pairwise, Sector: null }, "subject_type", "pairwise needs redirect URIs of one host, or a sector_identifier_uri that lists them")
        // 3. What is encrypted is signed first: encryption says nothing of who wrote it (RFC 7519 §11.2).
        ?? Broken(
            client is { UserinfoEncryptedResponseAlg: not null, UserinfoSignedResponseAlg: null }, "userinfo_encrypted_response_alg", "needs userinfo_signed_response_alg beside it")
        // 4. For a key that the client publishes (Core §10.2.1).
        ?? RefuseWithoutKey(client, "id_token", client.IdTokenEncryptedResponseAlg)
        ?? RefuseWithoutKey(client, "userinfo", client.UserinfoEncryptedResponseAlg);

    private static MetadataError? ReadEncryption(string what, string? alg, string? enc, out EncryptionAlgorithm? algorithm)
    {
        algorithm = null;
        if (alg is not null && !EncryptionAlgorithm.TryParse(alg, out algorithm))
            return new($"{what}_encrypted_response_alg", $"must be {string.Join(" or ", EncryptionAlgorithm.All)}");
        // The default of Registration §2 is A128CBC-HS256, which isn't offered: so it must be named.
        return Broken(alg is null ? enc is not null : enc != Jwe.ContentEncryption, $"{what}_encrypted_response_enc", $"must be {Jwe.ContentEncryption}, beside {what}_encrypted_response_alg");
    }

    private static MetadataError? RefuseWithoutKey(Client client, string what, EncryptionAlgorithm? algorithm) => Broken(
        algorithm is not null && client.JwksUri is null && (client.Jwks is null || EncryptionKey.Select(client.Jwks.EncryptionKeys, algorithm) is null),
        $"{what}_encrypted_response_alg",
        $"needs a key for {algorithm} in jwks, or jwks_uri");

    private static bool IsAcr(string value) => value.Length is > 0 and <= AcrRules.LongestValue && value.All(c => c is > ' ' and <= '~');

    private static MetadataError? Broken(bool broken, string member, string message) => ClientMetadataRules.Refuse(broken, member, message);
}
