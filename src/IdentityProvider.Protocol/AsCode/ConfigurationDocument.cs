using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Protocol.AsCode;

/// <summary>The document of docs/as-code.md, read and written. What is wrong in one is named by its JSON pointer (RFC 6901).</summary>
public static class ConfigurationDocument
{
    /// <summary>The version of the format.</summary>
    public const int Format = 1;

    /// <summary>Of each kind in one document.</summary>
    public const int MostOfAKind = 10_000;

    private const string Whole = "document";

    // One thing is as deep as metadata may be, two levels down.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 10, AllowDuplicateProperties = false };

    // Other alphabets stay readable, and lines end alike on every system: a difference that git shows is one.
    private static readonly JsonWriterOptions Stable = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What was written, each thing named and none twice; or the first mistake. Whether a thing may be as it is written is decided later.</summary>
    public static Validated<WrittenConfiguration> Read(ReadOnlySpan<byte> utf8)
    {
        JsonElement root;
        try
        {
            // 1. JSON without a member twice (RFC 8259 §4), an object.
            root = JsonElement.Parse(MetadataJson.WithoutByteOrderMark(utf8), Strict);
        }
        catch (JsonException e)
        {
            return new MetadataError(Whole, $"is not JSON, or has a member twice (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})");
        }

        if (root.ValueKind is not JsonValueKind.Object)
            return new MetadataError(Whole, "must be one JSON object");

        // 2. Of this format.
        if (!root.TryGetProperty("format", out var format) || format.ValueKind is not JsonValueKind.Number || !format.TryGetInt32(out var version) || version != Format)
            return new MetadataError("/format", $"must be {Format}");

        // 3. No member that would be ignored.
        string[] known = ["format", .. Enum.GetValues<DeclaredKind>().Select(Declared.SectionOf)];
        if (root.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown)
            return new MetadataError(PointerTo(unknown), "is not a member that this server knows");

        // 4. Each section a list of things that are read as they are everywhere.
        MetadataError? mistake = null;
        var written = new WrittenConfiguration
        {
            Resources = Read(root, DeclaredKind.Resource, ResourceMetadataJson.Default.ResourceMetadata, resource => resource.Identifier, ref mistake),
            Roles = Read(root, DeclaredKind.Role, WrittenConfigurationJson.Default.RoleMetadata, role => role.Role, ref mistake),
            Groups = Read(root, DeclaredKind.Group, WrittenConfigurationJson.Default.GroupMetadata, group => group.Group, ref mistake),
            Clients = Read(root, DeclaredKind.Client, ClientMetadataJson.Default.ClientMetadata, client => client.ClientId, ref mistake),
        };
        return mistake is not null ? mistake : Validated.Of(written);
    }

    /// <summary>The document of these things: the same bytes for the same things, whatever their order.</summary>
    /// <param name="things">What it holds.</param>
    /// <param name="sections">Which sections it has, empty ones too.</param>
    public static byte[] Write(IReadOnlyList<Declared> things, IReadOnlySet<DeclaredKind> sections)
    {
        ArgumentNullException.ThrowIfNull(things);
        ArgumentNullException.ThrowIfNull(sections);
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, Stable))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            foreach (var kind in sections.Order())
            {
                json.WriteStartArray(Declared.SectionOf(kind));
                foreach (var thing in things.Where(thing => thing.Kind == kind).OrderBy(thing => thing.Name, StringComparer.Ordinal))
                    thing.Document.WriteTo(json);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return [.. written.WrittenSpan, (byte)'\n'];
    }

    /// <summary>The same bytes for a document that went through other hands, which kept the order of its members.</summary>
    public static byte[] Write(JsonObject document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written, Stable))
            document.WriteTo(json);
        return [.. written.WrittenSpan, (byte)'\n'];
    }

    /// <summary>The document of what was written, as it was written: what isn't said has its default where it is read.</summary>
    public static JsonObject Write(WrittenConfiguration written)
    {
        ArgumentNullException.ThrowIfNull(written);
        var document = new JsonObject { ["format"] = Format };
        Add(DeclaredKind.Resource, written.Resources, ResourceMetadataJson.Default.ResourceMetadata);
        Add(DeclaredKind.Role, written.Roles, WrittenConfigurationJson.Default.RoleMetadata);
        Add(DeclaredKind.Group, written.Groups, WrittenConfigurationJson.Default.GroupMetadata);
        Add(DeclaredKind.Client, written.Clients, ClientMetadataJson.Default.ClientMetadata);
        return document;

        void Add<T>(DeclaredKind kind, IReadOnlyList<T>? things, JsonTypeInfo<T> type)
        {
            if (things is not null)
                document[Declared.SectionOf(kind)] = new JsonArray([.. things.Select(thing => JsonSerializer.SerializeToNode(thing, type))]);
        }
    }

    /// <summary>Where in a document something stands: a member of the thing at a place in its section (RFC 6901 §4).</summary>
    /// <param name="kind">The section.</param>
    /// <param name="at">The place, from 0.</param>
    /// <param name="member">The member; null for the thing itself.</param>
    public static string PointerTo(DeclaredKind kind, int at, string? member = null) =>
        $"/{Declared.SectionOf(kind)}/{at}{(member is null or MetadataJson.Whole ? "" : PointerTo(member))}";

    private static string PointerTo(string member) =>
        PlainText.IsPlain(member, most: 100) ? "/" + member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal) : Whole;

    // The things of one section, or null where there is none, or a mistake.
    private static List<T>? Read<T>(JsonElement root, DeclaredKind kind, JsonTypeInfo<T> type, Func<T, string?> nameOf, ref MetadataError? mistake)
        where T : class
    {
        if (mistake is not null || !root.TryGetProperty(Declared.SectionOf(kind), out var section))
            return null;
        if (section.ValueKind is not JsonValueKind.Array || section.GetArrayLength() > MostOfAKind)
        {
            mistake = new(PointerTo(Declared.SectionOf(kind)), $"must be a list of at most {MostOfAKind}");
            return null;
        }

        var things = new List<T>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in section.EnumerateArray())
        {
            var at = things.Count;
            var read = MetadataJson.Read(JsonMarshal.GetRawUtf8Value(element), type);
            mistake = read is Validated<T>.Valid { Value: var thing }
                ? RefuseName(nameOf(thing), kind, names) is { } reason ? new(PointerTo(kind, at, Declared.NameMemberOf(kind)), reason) : null
                : AtPlace(((Validated<T>.Invalid)read).Error, kind, at);
            if (mistake is not null)
                return null;
            things.Add(((Validated<T>.Valid)read).Value);
        }

        return things;
    }

    private static string? RefuseName(string? name, DeclaredKind kind, HashSet<string> others)
    {
        if (string.IsNullOrEmpty(name))
            return "must be there: by its name it is found again";
        return others.Add(Declared.KeyOf(kind, name)) ? null : "is in the document twice";
    }

    private static MetadataError AtPlace(MetadataError error, DeclaredKind kind, int at) => error with { Member = PointerTo(kind, at, error.Member) };
}
