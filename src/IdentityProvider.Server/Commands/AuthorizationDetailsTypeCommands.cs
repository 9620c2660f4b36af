using System.CommandLine;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

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
        return new Command("create", "Register a type. Its schema's titles and descriptions are what people read when they are asked.") { file }.Does(
            async work => await ReadAsync(work.Parsed, work.Cancellation) switch
            {
                Validated<AuthorizationDetailsTypeMetadata>.Valid { Value: var metadata } => work.Tell(
                    await work.Get<DetailsTypeOperations>().CreateAsync(work.Actor, metadata, work.Cancellation), made => work.Output.Show(DetailsTypeOperations.Document(made))),
                var invalid => work.Output.Refuse(((Validated<AuthorizationDetailsTypeMetadata>.Invalid)invalid).Error.ToString()),
            },
            async work => await RemoteRegistrations.MakeAsync(
                work, "/authorization-details-types", await ReadAsync(work.Parsed, work.Cancellation), AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata));

        async Task<Validated<AuthorizationDetailsTypeMetadata>> ReadAsync(ParseResult parsed, CancellationToken cancellation) =>
            MetadataJson.Read(await Input.ReadAsync(parsed.GetRequiredValue(file), cancellation), AuthorizationDetailsTypeMetadataJson.Default.AuthorizationDetailsTypeMetadata);
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The types, by name.");
        paging.AddTo(command);
        return command.Does(
            work => paging.ShowAsync(work, work.Get<DetailsTypeOperations>().ListAsync, DetailsTypeOperations.Document, "type", "schema"),
            work => work.ListAsync("/authorization-details-types", "type", "schema"));
    }

    private static Command Show()
    {
        var type = Type();
        return new Command("show", "A type; with --json as `create --file` takes it.") { type }.Does(async work => work.Tell(
            await work.Get<DetailsTypeOperations>().FindAsync(work.Parsed.GetRequiredValue(type), work.Cancellation), found => work.Output.Show(DetailsTypeOperations.Document(found))),
            work => work.ShowAsync($"/authorization-details-types/{work.Part("type")}"));
    }

    private static Command Delete()
    {
        var type = Type();
        return new Command("delete", "Remove a type. Nothing more of it is granted; what was granted stays until it expires or the client loses the type.") { type }.Ends(
            async work => work.Tell(
                await work.Get<DetailsTypeOperations>().FindAsync(work.Parsed.GetRequiredValue(type), work.Cancellation),
                found => work.Forecast($"Would delete {found.Type}", new() { ["type"] = found.Type }, [])),
            async work => work.Tell(
            await work.Get<DetailsTypeOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(type), work.Cancellation),
            name => work.Output.Say($"Deleted {name}.", new() { ["type"] = name, ["deleted"] = true })),
            work => RemoteCalls.DeleteAsync(work, "/authorization-details-types", "type"));
    }

    private static Argument<string> Type() => new("type") { Description = "The type's name." };
}
