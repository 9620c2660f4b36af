using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;

namespace IdentityProvider.Server.Audit;

/// <summary>What the audit tells of something beyond that a person did it.</summary>
/// <param name="Target">To what.</param>
/// <param name="Before">How it was.</param>
/// <param name="After">How it is.</param>
/// <param name="Detail">What else there is to say.</param>
internal sealed record AuditTold(AuditTarget Target, JsonNode? Before = null, JsonNode? After = null, JsonObject? Detail = null)
{
    /// <summary>Of a consent that is given, widened or taken back.</summary>
    public static AuditTold OfGrant(string clientId, Grant? before, Grant? after) => new(AuditTarget.Client(clientId), Document(before), Document(after));

    /// <summary>A client's metadata, by their names on the wire.</summary>
    public static JsonObject DocumentOf(Client client) => JsonSerializer.SerializeToNode(ClientMetadata.Of(client), ClientMetadataJson.Default.ClientMetadata)!.AsObject();

    private static JsonObject? Document(Grant? grant) => grant is null ? null : new()
    {
        ["scope"] = grant.Scope.ToString(),
        ["resources"] = new JsonArray([.. grant.Resources]),
        ["claims"] = new JsonArray([.. grant.Claims]),
    };
}
