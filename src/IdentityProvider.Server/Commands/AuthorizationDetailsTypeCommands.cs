using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp authorization-details-types …</c>: what clients may ask for beyond scopes (RFC 9396).</summary>
internal static class AuthorizationDetailsTypeCommands
{
    public static Command Build() => new("authorization-details-types", "What clients may ask for beyond scopes (RFC 9396), each type by its JSON Schema.")
    {
        Create(), List(), Show(), Delete(),
    };

    private static Command Create()
    {
        var file = new Option<string>("--file", "-f") { Description = "JSON of type and schema; - reads standard input.", HelpName = "file", Required = true };
        return new Command("create", "Register a type. Its schema's titles and descriptions are what people read when they are asked.") { file }.Does(async work =>
        {
            var read = MetadataJson.Read(await Input.ReadAsync(work.Parsed.GetRequiredValue(file), work.Cancellation), AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata);
            if (read is Validated<AuthorizationDetailsTypeMetadata>.Invalid { Error: var unread })
                return work.Output.Refuse(unread.ToString());
            var decided = AuthorizationDetailsTypeMetadata.Decide(((Validated<AuthorizationDetailsTypeMetadata>.Valid)read).Value);
            if (decided is not Validated<AuthorizationDetailsType>.Valid { Value: var type })
                return work.Output.Refuse(((Validated<AuthorizationDetailsType>.Invalid)decided).Error.ToString());
            if ((await work.Get<AuthorizationDetailsTypes>().ListAsync(null, AuthorizationDetailsType.Most, work.Cancellation)).Count == AuthorizationDetailsType.Most)
                return work.Output.Refuse($"type: there are {AuthorizationDetailsType.Most} already");
            return await work.Get<AuthorizationDetailsTypes>().AddAsync(type, work.Cancellation)
                ? work.Output.Show(Document(type))
                : work.Output.Refuse($"type: '{type.Type}' is taken");
        });
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The types, by name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(work, work.Get<AuthorizationDetailsTypes>().ListAsync, Document, "type", "schema"));
    }

    private static Command Show()
    {
        var type = Type();
        return new Command("show", "A type; with --json as `create --file` takes it.") { type }.Does(async work =>
        {
            var name = work.Parsed.GetRequiredValue(type);
            var all = await work.Get<AuthorizationDetailsTypes>().ListAsync(null, AuthorizationDetailsType.Most, work.Cancellation);
            return all.FirstOrDefault(t => t.Type == name) is { } found ? work.Output.Show(Document(found)) : Unknown(work, name);
        });
    }

    private static Command Delete()
    {
        var type = Type();
        return new Command("delete", "Remove a type. Nothing more of it is granted; what was granted stays until it expires or the client loses the type.") { type }.Does(async work =>
        {
            var name = work.Parsed.GetRequiredValue(type);
            return await work.Get<AuthorizationDetailsTypes>().DeleteAsync(name, work.Cancellation)
                ? work.Output.Say($"Deleted {name}.", new() { ["type"] = name, ["deleted"] = true })
                : Unknown(work, name);
        });
    }

    private static JsonObject Document(AuthorizationDetailsType type) =>
        JsonSerializer.SerializeToNode(AuthorizationDetailsTypeMetadata.Of(type), AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata)!.AsObject();

    private static Argument<string> Type() => new("type") { Description = "The type's name." };

    private static int Unknown(Work work, string type) => work.Output.Refuse($"type: '{type}' is not a type here");
}
