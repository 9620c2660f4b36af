using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using IdentityProvider.Protocol.UserInfo;

namespace IdentityProvider.Protocol.Claims;

/// <summary>
/// The <c>claims</c> parameter (OpenID Connect Core §5.5): what a client asks for by name, at UserInfo and in the ID token, each apart from the
/// other. A claim that isn't known here is ignored; of a known one, what this person has is told and the rest left out.
/// </summary>
[JsonConverter(typeof(ClaimsRequestConverter))]
public sealed class ClaimsRequest
{
    /// <summary>In characters.</summary>
    public const int LongestText = 4096;

    /// <summary>In each of the two places.</summary>
    public const int MostClaims = 50;

    /// <summary>Of one claim.</summary>
    public const int MostValues = 20;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 6, AllowDuplicateProperties = false };

    private ClaimsRequest(IReadOnlyList<RequestedClaim> userInfo, IReadOnlyList<RequestedClaim> idToken)
    {
        UserInfo = userInfo;
        IdToken = idToken;
    }

    /// <summary>Nothing is asked for by name.</summary>
    public static ClaimsRequest None { get; } = new([], []);

    public IReadOnlyList<RequestedClaim> UserInfo { get; }

    public IReadOnlyList<RequestedClaim> IdToken { get; }

    /// <summary>Whom <c>sub</c> names, in both places where both do: the answer is about them or about nobody (§5.5.1); null where it may be anyone.</summary>
    public IReadOnlyList<string>? Subjects =>
        UserInfo.Concat(IdToken).Where(claim => claim is { Name: "sub", Values: not null }).Select(claim => claim.Texts)
            .Aggregate((IReadOnlyList<string>?)null, (among, texts) => among is null ? texts : [.. among.Intersect(texts, StringComparer.Ordinal)]);

    public bool IsEmpty => UserInfo.Count == 0 && IdToken.Count == 0;

    /// <summary>Reads the parameter; absent asks for nothing.</summary>
    public static Decision<ClaimsRequest> Read(string? text)
    {
        // 1. A bounded text.
        if (text is null) return None;
        if (text.Length > LongestText) return Refusal.ClaimsTooLong;

        // 2. One JSON object, without a member twice (Core §5.5).
        try
        {
            var root = JsonElement.Parse(Encoding.UTF8.GetBytes(text), Strict);
            if (root.ValueKind is not JsonValueKind.Object) return Refusal.ClaimsMalformed;

            // 3. Of claims, by name, in the two places that are defined; other members are not understood (Core §5.5).
            return ReadPlace(root, "userinfo") is { } userInfo && ReadPlace(root, "id_token") is { } idToken
                ? new ClaimsRequest(userInfo, idToken)
                : Refusal.ClaimsMalformed;
        }
        catch (JsonException)
        {
            return Refusal.ClaimsMalformed;
        }
    }

    /// <summary>
    /// What is left for the grant to carry: attributes of the person that the client is registered to learn, whether or not the request names
    /// their scope. What asks about the sign-in itself (<c>sub</c>, <c>acr</c>) has been answered by then.
    /// </summary>
    /// <param name="registered">The scopes that the client may ask for: who may not have <c>email</c> can't have it by this way either.</param>
    public ClaimsRequest OfPerson(ScopeSet registered)
    {
        if (IsEmpty) return None;
        return new([.. UserInfo.Where(IsOpen)], [.. IdToken.Where(IsOpen)]);

        bool IsOpen(RequestedClaim claim) => StandardClaims.ScopeOf(claim.Name) is { } scope && registered.Contains(scope);
    }

    /// <summary>The names that are asked for beyond what these scopes stand for, in either place, each once.</summary>
    public IReadOnlyList<string> Beyond(ScopeSet scope) =>
    [
        .. UserInfo.Concat(IdToken).Select(claim => claim.Name).Distinct(StringComparer.Ordinal)
            .Where(name => StandardClaims.ScopeOf(name) is { } of && !scope.Contains(of)),
    ];

    /// <summary>The form that <see cref="Read"/> reads.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WritePlace(json, "userinfo", UserInfo);
        WritePlace(json, "id_token", IdToken);
        json.WriteEndObject();
    }

    /// <summary>The claims of one place that mean something here; null where it is malformed.</summary>
    private static List<RequestedClaim>? ReadPlace(JsonElement root, string place)
    {
        var claims = new List<RequestedClaim>();
        if (!root.TryGetProperty(place, out var members) || members.ValueKind is JsonValueKind.Null) return claims;
        if (members.ValueKind is not JsonValueKind.Object || members.GetPropertyCount() > MostClaims) return null;
        foreach (var member in members.EnumerateObject())
        {
            if (!TryReadClaim(member, out var claim)) return null;
            if (IsKnown(claim.Name)) claims.Add(claim);
        }

        return claims;
    }

    // null, or an object of which essential, value and values are understood (Core §5.5.1).
    private static bool TryReadClaim(JsonProperty member, out RequestedClaim claim)
    {
        claim = new(member.Name, isEssential: false, values: null);
        if (member.Value.ValueKind is JsonValueKind.Null) return true;
        if (member.Value.ValueKind is not JsonValueKind.Object) return false;

        var isEssential = member.Value.TryGetProperty("essential", out var essential) && essential.ValueKind is JsonValueKind.True;
        if (essential.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.True or JsonValueKind.False)) return false;

        List<JsonElement>? values = null;
        if (member.Value.TryGetProperty("value", out var value)) values = [value];
        if (member.Value.TryGetProperty("values", out var several))
        {
            if (several.ValueKind is not JsonValueKind.Array || several.GetArrayLength() > MostValues) return false;
            values = [.. values ?? [], .. several.EnumerateArray()];
        }

        claim = new(member.Name, isEssential, values);
        return true;
    }

    private static bool IsKnown(string name) => name is "sub" or "acr" || StandardClaims.ScopeOf(name) is not null;

    private static void WritePlace(Utf8JsonWriter json, string place, IReadOnlyList<RequestedClaim> claims)
    {
        if (claims.Count == 0) return;
        json.WriteStartObject(place);
        foreach (var claim in claims)
        {
            if (claim.Values is null && !claim.IsEssential)
            {
                json.WriteNull(claim.Name);
                continue;
            }

            json.WriteStartObject(claim.Name);
            if (claim.IsEssential) json.WriteBoolean("essential", true);
            if (claim.Values is { } values)
            {
                json.WriteStartArray("values");
                foreach (var value in values) value.WriteTo(json);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}

/// <summary>As it is kept with a grant: in the parameter's own form.</summary>
public sealed class ClaimsRequestConverter : JsonConverter<ClaimsRequest>
{
    public override ClaimsRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ClaimsRequest.Read(JsonElement.ParseValue(ref reader).GetRawText()).Try(out var request, out _) ? request : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, ClaimsRequest value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        value.WriteTo(writer);
    }
}
