using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp resources …</c>: the APIs that tokens are for.</summary>
internal static class ResourceCommands
{
    public static Command Build() => new("resources", "The APIs that tokens are for, each by its resource indicator (RFC 8707).") { Create(), List(), Show(), Metadata(), Update(), Delete() };

    private static Command Create()
    {
        var options = new ResourceOptions();
        var identifier = new Option<string?>("--identifier") { Description = "identifier: an absolute URI, the audience of the API's tokens.", HelpName = "uri" };
        var command = new Command("create", "Register an API.") { identifier };
        options.AddTo(command);
        return command.Does(async work =>
        {
            if (await ReadAsync(work, options, new ResourceMetadata()) is not { } metadata)
                return Output.Refused;
            metadata = metadata with { Identifier = work.Parsed.GetValue(identifier) ?? metadata.Identifier };
            return work.Tell(await work.Get<ResourceOperations>().CreateAsync(work.Actor, metadata, work.Cancellation), made => work.Output.Show(ResourceOperations.Document(made)));
        }, remote => RemoteRegistrations.CreateAsync(remote, options, () => remote.Parsed.GetValue(identifier)));
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The APIs, by identifier.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, work.Get<ResourceOperations>().ListAsync, ResourceOperations.Document, "identifier", "name", "scopes", "revocation", "access_token_lifetime", "signing_alg"),
            work => work.ListAsync("/resources", "identifier", "name", "scopes", "revocation", "access_token_lifetime", "signing_alg"));
    }

    private static Command Show()
    {
        var identifier = Identifier();
        return new Command("show", "An API; with --json as `create --file` and `update --file` take it.") { identifier }.Does(async work =>
            work.Tell(await FindAsync(work, identifier), resource => work.Output.Show(ResourceOperations.Document(resource))),
            work => work.ShowAsync($"/resources/{work.Part("identifier")}"));
    }

    private static Command Metadata()
    {
        var identifier = Identifier();
        return new Command("metadata", "The document that the API serves of itself at its own well-known place (RFC 9728), so that clients find who gives tokens for it.") { identifier }.Does(async work =>
            work.Tell(await FindAsync(work, identifier), resource => ShowMetadata(work.Output, work.Installation.Settings.Issuer, resource)),
            async work =>
            {
                var written = (await work.Api.GetAsync($"/resources/{work.Part("identifier")}", work.Cancellation)).Deserialize(ResourceMetadataJson.Default.ResourceMetadata)!;
                return ResourceMetadataRules.Decide(written, work.Api.Server) switch
                {
                    Validated<Resource>.Valid { Value: var resource } => ShowMetadata(work.Output, work.Api.Server, resource),
                    var invalid => work.Output.Refuse(((Validated<Resource>.Invalid)invalid).Error.ToString()),
                };
            });
    }

    private static int ShowMetadata(Output output, string issuer, Resource resource)
    {
        output.Remark(ProtectedResourceMetadata.AddressOf(resource.Identifier) is { } address ? $"Serve it at {address}" : "The identifier is no web address, so there is no place to serve it at.");
        return output.Show(JsonNode.Parse(ProtectedResourceMetadata.Write(issuer, resource))!.AsObject());
    }

    private static Command Update()
    {
        var options = new ResourceOptions();
        var identifier = Identifier();
        var command = new Command("update", "Change an API: with --file all of it, with options alone what they name. Tokens that were issued stay as they are.") { identifier };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!options.AnyGiven(result))
                result.AddError("Nothing to change: name a --file or an option.");
        });
        return command.Does(async work =>
        {
            if (!(await FindAsync(work, identifier)).Try(out var standing, out var fault))
                return work.Output.Refuse(fault.ToString());
            if (await ReadAsync(work, options, ResourceMetadata.Of(standing)) is not { } metadata)
                return Output.Refused;
            return work.Tell(
                await work.Get<ResourceOperations>().ReplaceAsync(work.Actor, standing, metadata, work.Cancellation), changed => work.Output.Show(ResourceOperations.Document(changed)));
        }, remote => RemoteRegistrations.UpdateAsync(remote, options));
    }

    private static Command Delete()
    {
        var identifier = Identifier();
        return new Command("delete", "Remove an API. Clients that name it get no more tokens for it.") { identifier }.Ends(
            work => work.ForecastAsync(
                FindAsync(work, identifier),
                resource => $"Would delete {resource.Identifier}",
                resource => new() { ["identifier"] = resource.Identifier },
                (resource, dependents) => dependents.OfResourceAsync(resource.Identifier, work.Installation.Now, work.Cancellation)),
            async work =>
            work.Tell(
                await work.Get<ResourceOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(identifier), work.Cancellation),
                name => work.Output.Say($"Deleted {name}.", new() { ["identifier"] = name, ["deleted"] = true })),
            work => RemoteCalls.DeleteAsync(work, "/resources", "identifier"));
    }

    /// <summary>What was written, or null where a mistake was said.</summary>
    private static async Task<ResourceMetadata?> ReadAsync(Work work, ResourceOptions options, ResourceMetadata standing)
    {
        var given = await options.ReadAsync(work.Parsed, standing, work.Cancellation);
        if (given is Validated<ResourceMetadata>.Valid { Value: var metadata })
            return metadata;
        work.Output.Refuse(((Validated<ResourceMetadata>.Invalid)given).Error.ToString());
        return null;
    }

    private static Task<Operated<Resource>> FindAsync(Work work, Argument<string> identifier) =>
        work.Get<ResourceOperations>().FindAsync(work.Parsed.GetRequiredValue(identifier), work.Cancellation);

    private static Argument<string> Identifier() => new("identifier") { Description = "The API's resource indicator." };
}
