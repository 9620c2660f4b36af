using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>What clients may ask for beyond scopes (RFC 9396), each type by its JSON Schema.</summary>
internal sealed class DetailsTypeOperations(AuthorizationDetailsTypes types, Desk desk)
{
    public async Task<Operated<AuthorizationDetailsType>> FindAsync(string name, CancellationToken cancellation) =>
        (await types.ListAsync(null, AuthorizationDetailsType.Most, cancellation)).FirstOrDefault(type => type.Type == name) is { } found ? found : Unknown(name);

    /// <summary>One page, by name.</summary>
    public Task<IReadOnlyList<AuthorizationDetailsType>> ListAsync(string? after, int limit, CancellationToken cancellation) => types.ListAsync(after, limit, cancellation);

    public async Task<Operated<AuthorizationDetailsType>> CreateAsync(Actor actor, AuthorizationDetailsTypeMetadata metadata, CancellationToken cancellation)
    {
        var decided = AuthorizationDetailsTypeMetadata.Decide(metadata);
        if (decided is not Validated<AuthorizationDetailsType>.Valid { Value: var type })
            return Fault.Refused(((Validated<AuthorizationDetailsType>.Invalid)decided).Error);
        if ((await types.ListAsync(null, AuthorizationDetailsType.Most, cancellation)).Count == AuthorizationDetailsType.Most)
            return Fault.Conflict("type", $"there are {AuthorizationDetailsType.Most} already");
        if (!await types.AddAsync(type, cancellation))
            return Fault.Conflict("type", $"'{type.Type}' is taken");
        await desk.RecordAsync(AuditAction.DetailsTypeCreated, actor, AuditTarget.DetailsType(type.Type), after: Document(type));
        return type;
    }

    /// <summary>Removes a type. Nothing more of it is granted.</summary>
    public async Task<Operated<string>> DeleteAsync(Actor actor, string name, CancellationToken cancellation)
    {
        if (!await types.DeleteAsync(name, cancellation))
            return Unknown(name);
        await desk.RecordAsync(AuditAction.DetailsTypeDeleted, actor, AuditTarget.DetailsType(name));
        return name;
    }

    public static JsonObject Document(AuthorizationDetailsType type) =>
        JsonSerializer.SerializeToNode(AuthorizationDetailsTypeMetadata.Of(type), AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata)!.AsObject();

    private static Fault Unknown(string name) => Fault.Unknown("type", name, "a type");
}
