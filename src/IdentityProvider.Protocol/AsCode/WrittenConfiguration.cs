using System.Text.Json.Serialization;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.AsCode;

/// <summary>A document as it was written: a section is null where it says nothing of its kind, which is not the same as naming none.</summary>
public sealed record WrittenConfiguration
{
    public IReadOnlyList<ResourceMetadata>? Resources { get; init; }

    public IReadOnlyList<RoleMetadata>? Roles { get; init; }

    public IReadOnlyList<GroupMetadata>? Groups { get; init; }

    public IReadOnlyList<ClientMetadata>? Clients { get; init; }

    /// <summary>Whether it says what there is of a kind.</summary>
    public bool Has(DeclaredKind kind) => kind switch
    {
        DeclaredKind.Resource => Resources is not null,
        DeclaredKind.Role => Roles is not null,
        DeclaredKind.Group => Groups is not null,
        _ => Clients is not null,
    };
}

/// <summary>A role on the wire. A null member is absent.</summary>
public sealed record RoleMetadata
{
    public string? Role { get; init; }

    /// <summary>False where nothing is said.</summary>
    public bool? RequireMfa { get; init; }
}

/// <summary>A group on the wire. A null member is absent. Who is in it is not the document's.</summary>
public sealed record GroupMetadata
{
    public string? Group { get; init; }

    /// <summary>The roles that its people have.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
}

/// <summary>The wire form, source-generated.</summary>
[JsonSerializable(typeof(RoleMetadata))]
[JsonSerializable(typeof(GroupMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class WrittenConfigurationJson : JsonSerializerContext;
