using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Admin;

/// <summary>APIs, by who runs the server. Administration itself is one of them that nobody registers, changes or deletes.</summary>
internal sealed class ResourceOperations(Storage.Resources resources, KeyRing keys, Desk desk)
{
    public async Task<Operated<Resource>> FindAsync(string identifier, CancellationToken cancellation) =>
        await FindOrNullAsync(identifier, cancellation) is { } resource ? resource : Unknown(identifier);

    /// <summary>Those that exist of the ones named, the built-in one too.</summary>
    public async Task<IReadOnlyList<Resource>> FindKnownAsync(IEnumerable<string> identifiers, CancellationToken cancellation)
    {
        var known = new List<Resource>();
        foreach (var identifier in identifiers)
        {
            if (await FindOrNullAsync(identifier, cancellation) is { } resource)
                known.Add(resource);
        }

        return known;
    }

    /// <summary>One page of those that are registered, by identifier.</summary>
    public Task<IReadOnlyList<Resource>> ListAsync(string? after, int limit, CancellationToken cancellation) => resources.ListAsync(after, limit, cancellation);

    public async Task<Operated<Resource>> CreateAsync(Actor actor, ResourceMetadata metadata, CancellationToken cancellation)
    {
        if (!Judge(metadata).Try(out var resource, out var fault))
            return fault;
        if (!await resources.AddAsync(resource, cancellation))
            return Fault.Conflict("identifier", $"'{resource.Identifier}' is taken");
        await desk.RecordAsync(AuditAction.ResourceCreated, actor, AuditTarget.Resource(resource.Identifier), after: Document(resource));
        await keys.BeginAllAsync([resource.SigningAlg], cancellation);
        return resource;
    }

    /// <summary>Replaces an API where nobody changed it since it was read. Tokens that were issued stay as they are.</summary>
    public async Task<Operated<Resource>> ReplaceAsync(Actor actor, Resource standing, ResourceMetadata metadata, CancellationToken cancellation)
    {
        if (IsBuiltIn(standing.Identifier))
            return BuiltIn();
        if (!Judge(metadata with { Identifier = metadata.Identifier ?? standing.Identifier }).Try(out var resource, out var fault))
            return fault;
        if (resource.Identifier != standing.Identifier)
            return Fault.Refused("identifier", "can't be changed");
        if (Fault.Of(await resources.ReplaceAsync(resource, standing, desk.Now, cancellation), Unknown(resource.Identifier), "resource") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.ResourceChanged, actor, AuditTarget.Resource(resource.Identifier), Document(standing), Document(resource));
        await keys.BeginAllAsync([resource.SigningAlg], cancellation);
        return resource;
    }

    public async Task<Operated<string>> DeleteAsync(Actor actor, string identifier, CancellationToken cancellation)
    {
        if (IsBuiltIn(identifier))
            return BuiltIn();
        var standing = await resources.FindAsync(identifier, cancellation);
        if (!await resources.DeleteAsync(identifier, desk.Now, cancellation))
            return Unknown(identifier);
        await desk.RecordAsync(AuditAction.ResourceDeleted, actor, AuditTarget.Resource(identifier), before: standing is null ? null : Document(standing));
        return identifier;
    }

    /// <summary>The same where nobody changed it since it was read.</summary>
    public async Task<Operated<string>> DeleteAsync(Actor actor, Resource read, CancellationToken cancellation)
    {
        if (IsBuiltIn(read.Identifier))
            return BuiltIn();
        if (Fault.Of(await resources.DeleteAsync(read, desk.Now, cancellation), Unknown(read.Identifier), "resource") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.ResourceDeleted, actor, AuditTarget.Resource(read.Identifier), before: Document(read));
        return read.Identifier;
    }

    public static JsonObject Document(Resource resource) =>
        JsonSerializer.SerializeToNode(ResourceMetadata.Of(resource), ResourceMetadataJson.Default.ResourceMetadata)!.AsObject();

    /// <summary>Of the API as it stands: whoever replaces it says which they saw.</summary>
    public static string VersionOf(Resource resource) => EntityTag.Of(Document(resource));

    /// <summary>What a resource would be by this metadata, and why not; nothing is changed.</summary>
    public Operated<Resource> Judge(ResourceMetadata metadata) => ResourceMetadataRules.Decide(metadata, desk.Settings.Issuer) switch
    {
        Validated<Resource>.Valid { Value: var resource } => resource,
        var invalid => Fault.Refused(((Validated<Resource>.Invalid)invalid).Error),
    };

    private async Task<Resource?> FindOrNullAsync(string identifier, CancellationToken cancellation) =>
        BuiltInResources.Of(desk.Settings.Issuer).FirstOrDefault(own => own.Identifier == identifier) ?? await resources.FindAsync(identifier, cancellation);

    private bool IsBuiltIn(string identifier) => BuiltInResources.IsIdentifier(identifier, desk.Settings.Issuer);

    private static Fault BuiltIn() => Fault.Conflict("identifier", "is built in: it can't be changed or deleted");

    private static Fault Unknown(string identifier) => Fault.Unknown("identifier", identifier, "a resource");
}
