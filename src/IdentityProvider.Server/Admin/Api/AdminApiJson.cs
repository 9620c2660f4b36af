using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Upstream;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>What the Admin API takes and answers beyond what every face shows, source-generated; the pages are what its document is written from.</summary>
[JsonSerializable(typeof(SecretBody))]
[JsonSerializable(typeof(SecretAnswer))]
[JsonSerializable(typeof(DeniedDocument))]
[JsonSerializable(typeof(SnippetDocument))]
[JsonSerializable(typeof(ScopeDocument))]
[JsonSerializable(typeof(UserBody))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(InvitationBody))]
[JsonSerializable(typeof(InvitationDocument))]
[JsonSerializable(typeof(RoleDocument))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(GroupBody))]
[JsonSerializable(typeof(MemberDocument))]
[JsonSerializable(typeof(EndedDocument))]
[JsonSerializable(typeof(RotationBody))]
[JsonSerializable(typeof(PolicyBody))]
[JsonSerializable(typeof(RegisteredClient))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(UserDocument))]
[JsonSerializable(typeof(GroupDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(MessageDocument))]
[JsonSerializable(typeof(SearchDocument))]
[JsonSerializable(typeof(Page<ClientMetadata>), TypeInfoPropertyName = "PageClient")]
[JsonSerializable(typeof(Page<SecretDocument>))]
[JsonSerializable(typeof(Page<DeniedDocument>))]
[JsonSerializable(typeof(Page<ResourceMetadata>), TypeInfoPropertyName = "PageResource")]
[JsonSerializable(typeof(Page<ScopeDocument>))]
[JsonSerializable(typeof(Page<UserSummary>))]
[JsonSerializable(typeof(Page<RoleDocument>))]
[JsonSerializable(typeof(Page<GroupSummary>))]
[JsonSerializable(typeof(Page<MemberDocument>))]
[JsonSerializable(typeof(Page<SessionDocument>))]
[JsonSerializable(typeof(Page<FamilyDocument>))]
[JsonSerializable(typeof(Page<GrantDocument>))]
[JsonSerializable(typeof(Page<KeyDocument>))]
[JsonSerializable(typeof(Page<MessageDocument>))]
[JsonSerializable(typeof(Page<AuditDocument>))]
[JsonSerializable(typeof(Page<PolicyDocument>))]
[JsonSerializable(typeof(Page<UpstreamMetadata>), TypeInfoPropertyName = "PageUpstream")]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class AdminApiJson : JsonSerializerContext;
