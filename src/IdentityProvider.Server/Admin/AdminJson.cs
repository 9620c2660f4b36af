using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace IdentityProvider.Server.Admin;

/// <summary>What every face of administration shows, source-generated. A null is written: it says that there is none.</summary>
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(UserSummary))]
[JsonSerializable(typeof(UserDocument))]
[JsonSerializable(typeof(GroupSummary))]
[JsonSerializable(typeof(GroupDocument))]
[JsonSerializable(typeof(SessionDocument))]
[JsonSerializable(typeof(FamilyDocument))]
[JsonSerializable(typeof(GrantDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(MessageDocument))]
[JsonSerializable(typeof(SearchDocument))]
[JsonSerializable(typeof(SignalStreamDocument))]
[JsonSerializable(typeof(HistoryDocument))]
[JsonSerializable(typeof(AuditProofDocument))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class AdminJson : JsonSerializerContext;
