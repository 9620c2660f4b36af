using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Protocol.Resources;

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
            if (await DecideAsync(work, options, new ResourceMetadata(), work.Parsed.GetValue(identifier)) is not { } resource)
                return Output.Refused;
            if (!await work.Get<Storage.Resources>().AddAsync(resource, work.Cancellation))
                return work.Output.Refuse($"identifier: '{resource.Identifier}' is taken");
            await ClientCommands.BeginAsync(work, resource.SigningAlg);
            return work.Output.Show(Document(resource));
        });
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The APIs, by identifier.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, work.Get<Storage.Resources>().ListAsync, Document, "identifier", "name", "scopes", "revocation", "access_token_lifetime", "signing_alg"));
    }

    private static Command Show()
    {
        var identifier = Identifier();
        return new Command("show", "An API; with --json as `create --file` and `update --file` take it.") { identifier }.Does(async work =>
        {
            var name = work.Parsed.GetRequiredValue(identifier);
            return await work.Get<Storage.Resources>().FindAsync(name, work.Cancellation) is { } resource ? work.Output.Show(Document(resource)) : Unknown(work, name);
        });
    }

    private static Command Metadata()
    {
        var identifier = Identifier();
        return new Command("metadata", "The document that the API serves of itself at its own well-known place (RFC 9728), so that clients find who gives tokens for it.") { identifier }.Does(async work =>
        {
            var name = work.Parsed.GetRequiredValue(identifier);
            if (await work.Get<Storage.Resources>().FindAsync(name, work.Cancellation) is not { } resource)
                return Unknown(work, name);
            work.Output.Remark(ProtectedResourceMetadata.AddressOf(name) is { } address ? $"Serve it at {address}" : "The identifier is no web address, so there is no place to serve it at.");
            return work.Output.Show(JsonNode.Parse(ProtectedResourceMetadata.Write(work.Installation.Settings.Issuer, resource))!.AsObject());
        });
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
            var name = work.Parsed.GetRequiredValue(identifier);
            if (await work.Get<Storage.Resources>().FindAsync(name, work.Cancellation) is not { } standing)
                return Unknown(work, name);
            if (await DecideAsync(work, options, ResourceMetadata.Of(standing), identifier: null) is not { } resource)
                return Output.Refused;
            if (resource.Identifier != name)
                return work.Output.Refuse("identifier: can't be changed");
            if (!await work.Get<Storage.Resources>().UpdateAsync(resource, work.Installation.Now, work.Cancellation))
                return Unknown(work, name);
            await ClientCommands.BeginAsync(work, resource.SigningAlg);
            return work.Output.Show(Document(resource));
        });
    }

    private static Command Delete()
    {
        var identifier = Identifier();
        return new Command("delete", "Remove an API. Clients that name it get no more tokens for it.") { identifier }.Does(async work =>
        {
            var name = work.Parsed.GetRequiredValue(identifier);
            return await work.Get<Storage.Resources>().DeleteAsync(name, work.Installation.Now, work.Cancellation)
                ? work.Output.Say($"Deleted {name}.", new() { ["identifier"] = name, ["deleted"] = true })
                : Unknown(work, name);
        });
    }

    /// <summary>The resource, or null where the reason why not was said.</summary>
    private static async Task<Resource?> DecideAsync(Work work, ResourceOptions options, ResourceMetadata standing, string? identifier)
    {
        var given = await options.ReadAsync(work.Parsed, standing, work.Cancellation);
        if (given is Validated<ResourceMetadata>.Valid { Value: var metadata })
        {
            var decided = ResourceMetadataRules.Decide(metadata with { Identifier = identifier ?? metadata.Identifier ?? standing.Identifier }, work.Installation.Settings.Issuer);
            if (decided is Validated<Resource>.Valid { Value: var resource })
                return resource;
            work.Output.Refuse(((Validated<Resource>.Invalid)decided).Error.ToString());
            return null;
        }

        work.Output.Refuse(((Validated<ResourceMetadata>.Invalid)given).Error.ToString());
        return null;
    }

    private static JsonObject Document(Resource resource) =>
        JsonSerializer.SerializeToNode(ResourceMetadata.Of(resource), ResourceMetadataJson.Default.ResourceMetadata)!.AsObject();

    private static Argument<string> Identifier() => new("identifier") { Description = "The API's resource indicator." };

    private static int Unknown(Work work, string identifier) => work.Output.Refuse($"identifier: '{identifier}' is not a resource here");
}
