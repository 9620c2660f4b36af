using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Import;

namespace IdentityProvider.Server.Admin.Import;

/// <summary>What another identity provider has, or a part of it, on its way from the machine that has read it to a server.</summary>
internal static class ImportDocuments
{
    /// <summary>People in one document.</summary>
    public const int MostPeople = 1000;

    // In base64url: 80 bits and more (RFC 4226 §4 asks for 128; apps of old had 80).
    private const int ShortestAuthenticatorKey = 14;
    private const int LongestAuthenticatorKey = 128;

    private static readonly string[] Members = ["configuration", "people", "secrets", "keep_secrets"];

    // Configuration is as deep as its documents, a level down.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 12, AllowDuplicateProperties = false };

    /// <param name="configuration">Of another server; null for none in this part.</param>
    /// <param name="people">At most <see cref="MostPeople"/>.</param>
    /// <param name="secrets">Of the clients of this part.</param>
    /// <param name="keepSecrets">How long clients may go on by them; null for not at all.</param>
    public static JsonObject Write(
        WrittenConfiguration? configuration, IEnumerable<ImportedPerson> people, IReadOnlyDictionary<string, IReadOnlyList<ImportedSecret>> secrets, TimeSpan? keepSecrets)
    {
        var document = new JsonObject { ["people"] = new JsonArray([.. people.Select(Write)]) };
        if (configuration is not null)
            document["configuration"] = ConfigurationDocument.Write(configuration);
        if (keepSecrets is not { } length)
            return document;
        document["keep_secrets"] = (long)length.TotalSeconds;
        document["secrets"] = new JsonObject(secrets.Select(of => KeyValuePair.Create(of.Key, (JsonNode?)new JsonArray([.. of.Value.Select(secret =>
            JsonSerializer.SerializeToNode(new SecretHashBody(Convert.ToHexStringLower(secret.Hash), secret.ExpiresAt), ImportJson.Default.SecretHashBody))]))));
        return document;
    }

    /// <summary>What was written; each thing is decided on later, as any that is made here.</summary>
    public static Validated<PartOfImport> Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var root = JsonElement.Parse(utf8, Strict);
            if (root.ValueKind is not JsonValueKind.Object)
                return new MetadataError(MetadataJson.Whole, "must be one JSON object");
            if (root.EnumerateObject().Any(member => !Members.Contains(member.Name, StringComparer.Ordinal)))
                return new MetadataError(MetadataJson.Whole, $"has a member that this server doesn't know; it knows {string.Join(", ", Members)}");
            var configuration = Validated.Of(new WrittenConfiguration());
            if (root.TryGetProperty("configuration", out var written))
                configuration = ConfigurationDocument.Read(JsonMarshal.GetRawUtf8Value(written));
            if (configuration is not Validated<WrittenConfiguration>.Valid { Value: var read })
                return ((Validated<WrittenConfiguration>.Invalid)configuration).Error;
            if (ReadPeople(root, out var people) is { } mistake)
                return mistake;
            var secrets = root.TryGetProperty("secrets", out var kept) ? kept.Deserialize(ImportJson.Default.DictionaryStringIReadOnlyListSecretHashBody) ?? [] : [];
            TimeSpan? keep = root.TryGetProperty("keep_secrets", out var seconds) && seconds.TryGetInt32(out var length) && length > 0 ? TimeSpan.FromSeconds(length) : null;
            return Validated.Of(new PartOfImport(
                new Imported { Configuration = read, People = people, Secrets = secrets.ToDictionary(of => of.Key, IReadOnlyList<ImportedSecret> (of) => [.. of.Value.Select(Secret)], StringComparer.Ordinal), Left = [] },
                keep));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return new MetadataError(MetadataJson.Whole, "is not JSON of an import, or has a member twice");
        }
    }

    private static MetadataError? ReadPeople(JsonElement root, out List<ImportedPerson> people)
    {
        people = [];
        if (!root.TryGetProperty("people", out var list))
            return null;
        if (list.ValueKind is not JsonValueKind.Array || list.GetArrayLength() > MostPeople)
            return new("people", $"must be a list of at most {MostPeople}");
        foreach (var (at, element) in list.EnumerateArray().Index())
        {
            var read = MetadataJson.Read(JsonMarshal.GetRawUtf8Value(element), ImportJson.Default.PersonBody);
            if (read is not Validated<PersonBody>.Valid { Value: var body })
                return Named(((Validated<PersonBody>.Invalid)read).Error.Member, ((Validated<PersonBody>.Invalid)read).Error.Message);
            if (string.IsNullOrEmpty(body.Username))
                return Named("username", "must be there");
            if (body.Sub == Guid.Empty)
                return Named("sub", "must be somebody's");
            if (Person(body) is not { } person)
                return Named("authenticator_key", "must be base64url, and not long");
            people.Add(person);

            MetadataError Named(string member, string message) => new($"people/{at}/{member}", message);
        }

        return null;
    }

    private static PersonBody Body(ImportedPerson person) => new()
    {
        Username = person.Username,
        Sub = person.Sub,
        PasswordHash = person.PasswordHash,
        AuthenticatorKey = person.AuthenticatorKey is { } key ? Base64Url.EncodeToString(key) : null,
        Claims = person.Claims.DeepClone().AsObject(),
        Roles = person.Roles,
        Groups = person.Groups,
        Disabled = person.IsDisabled,
        Links = person.Links,
    };

    private static JsonNode? Write(ImportedPerson person) => JsonSerializer.SerializeToNode(Body(person), ImportJson.Default.PersonBody);

    private static ImportedPerson? Person(PersonBody body)
    {
        if (body.AuthenticatorKey is { } text && (text.Length is < ShortestAuthenticatorKey or > LongestAuthenticatorKey || !Base64Url.IsValid(text)))
            return null;
        return new()
        {
            Username = body.Username!,
            Sub = body.Sub,
            PasswordHash = body.PasswordHash,
            AuthenticatorKey = body.AuthenticatorKey is { } key ? Base64Url.DecodeFromChars(key) : null,
            Claims = body.Claims ?? [],
            Roles = body.Roles ?? [],
            Groups = body.Groups ?? [],
            IsDisabled = body.Disabled == true,
            Links = body.Links ?? [],
        };
    }

    private static ImportedSecret Secret(SecretHashBody body) =>
        Convert.FromHexString(body.Hash) is { Length: 32 } hash ? new(hash, body.ExpiresAt) : throw new FormatException("a hash is 32 bytes");
}

/// <summary>A part of an import.</summary>
/// <param name="Imported">What is in it.</param>
/// <param name="KeepSecrets">How long clients may go on by the secrets that they have; null for not at all.</param>
internal sealed record PartOfImport(Imported Imported, TimeSpan? KeepSecrets);

/// <summary>A person of another identity provider.</summary>
internal sealed record PersonBody
{
    public string? Username { get; init; }

    public Guid? Sub { get; init; }

    public string? PasswordHash { get; init; }

    /// <summary>Of their authenticator app, base64url.</summary>
    public string? AuthenticatorKey { get; init; }

    public JsonObject? Claims { get; init; }

    public IReadOnlyList<string>? Roles { get; init; }

    public IReadOnlyList<string>? Groups { get; init; }

    public bool? Disabled { get; init; }

    public IReadOnlyList<ImportedLink>? Links { get; init; }
}

/// <summary>A client's secret, of which nothing but this is known.</summary>
/// <param name="Hash">SHA-256 of its text, in hexadecimal.</param>
/// <param name="ExpiresAt">When it ended anyway.</param>
internal sealed record SecretHashBody(string Hash, DateTimeOffset? ExpiresAt = null);

/// <summary>Source-generated.</summary>
[JsonSerializable(typeof(PersonBody))]
[JsonSerializable(typeof(SecretHashBody))]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<SecretHashBody>>))]
[JsonSerializable(typeof(LeftBehind))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ImportJson : JsonSerializerContext;
