using System.Text.Json.Nodes;

namespace IdentityProvider.Protocol.AsCode;

/// <summary>What can be written as code, in the order in which one needs the other: a group its roles, a client its resources.</summary>
public enum DeclaredKind
{
    Resource,
    Role,
    Group,
    Client,
}

/// <summary>One thing as a document has it, every default spelt out.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">By what it is named.</param>
/// <param name="Document">Its members, as <c>show --json</c> gives them and <c>create --file</c> takes them.</param>
public sealed record Declared(DeclaredKind Kind, string Name, JsonObject Document)
{
    /// <summary>What two that are the same have in common. Names of roles and groups are one name however they are written.</summary>
    public (DeclaredKind Kind, string Name) Key => (Kind, KeyOf(Kind, Name));

    /// <summary>Whether both say the same, in whatever order.</summary>
    public bool IsSameAs(Declared other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Key == other.Key && JsonNode.DeepEquals(Document, other.Document);
    }

    public static string KeyOf(DeclaredKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return kind is DeclaredKind.Role or DeclaredKind.Group ? name.ToUpperInvariant() : name;
    }

    /// <summary>One of them, in a word.</summary>
    public static string WordOf(DeclaredKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>The member of a document that lists them.</summary>
    public static string SectionOf(DeclaredKind kind) => WordOf(kind) + "s";

    /// <summary>The member that names one.</summary>
    public static string NameMemberOf(DeclaredKind kind) => kind switch
    {
        DeclaredKind.Resource => "identifier",
        DeclaredKind.Client => "client_id",
        _ => WordOf(kind),
    };
}
