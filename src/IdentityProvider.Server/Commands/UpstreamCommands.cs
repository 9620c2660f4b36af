using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Upstream;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp upstreams …</c>: other OpenID Providers by which people sign in.</summary>
internal static class UpstreamCommands
{
    public static Command Build() => new("upstreams", "Other OpenID Providers by which people sign in here.") { Create(), List(), Show(), Update(), Delete() };

    private static Command Create()
    {
        var options = new UpstreamOptions(withIdentity: true);
        var command = new Command("create", "Let people sign in by an OpenID Provider, and say what to register there.");
        options.AddTo(command);
        return command.Does(async work =>
        {
            if (await options.ReadAsync(work, new UpstreamMetadata()) is not { } read)
                return Output.Refused;
            if (await ValidateAsync(work, read, hasSecret: false) is not { } upstream)
                return Output.Refused;
            var sealedSecret = read.ClientSecret is { } secret ? work.Get<UpstreamCredentials>().Seal(upstream.Name, secret) : null;
            if (!await work.Get<Upstreams>().AddAsync(new(upstream, sealedSecret), work.Cancellation))
                return work.Output.Refuse($"name: '{upstream.Name}' or the issuer '{upstream.Issuer}' is taken");
            return work.Output.Show(Document(work, upstream));
        });
    }

    private static Command Update()
    {
        var (name, options) = (Name(), new UpstreamOptions(withIdentity: false));
        var command = new Command("update", "Change what is named, and leave the rest; an empty list takes all of it away.") { name };
        options.AddTo(command);
        return command.Does(async work =>
        {
            if (await FindAsync(work, name) is not { } standing)
                return Unknown(work, name);
            if (await options.ReadAsync(work, UpstreamMetadata.Of(standing.Provider)) is not { } read)
                return Output.Refused;
            if (await ValidateAsync(work, read with { Name = standing.Provider.Name, Issuer = standing.Provider.Issuer }, standing.SealedSecret is not null) is not { } upstream)
                return Output.Refused;
            var sealedSecret = read.ClientSecret is { } secret ? work.Get<UpstreamCredentials>().Seal(upstream.Name, secret) : upstream.NeedsSecret ? standing.SealedSecret : null;
            return await work.Get<Upstreams>().UpdateAsync(new(upstream, sealedSecret), work.Cancellation) ? work.Output.Show(Document(work, upstream)) : Unknown(work, name);
        });
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The upstreams, by name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, (after, limit, cancellation) => work.Get<Upstreams>().ListAsync(after, limit, cancellation), upstream => Document(work, upstream), "name", "issuer", "client_id", "create", "enabled"));
    }

    private static Command Show()
    {
        var name = Name();
        return new Command("show", "An upstream, and what to register there.") { name }
            .Does(async work => await FindAsync(work, name) is { Provider: var upstream } ? work.Output.Show(Document(work, upstream)) : Unknown(work, name));
    }

    private static Command Delete()
    {
        var name = Name();
        return new Command("delete", "Let nobody sign in by it any more. Who signed in by it stays so; links to it stay, and are of use again where its issuer comes back.") { name }.Does(async work =>
        {
            var named = work.Parsed.GetRequiredValue(name);
            return await work.Get<Upstreams>().DeleteAsync(named, work.Cancellation)
                ? work.Output.Say($"Deleted {named}.", new() { ["name"] = named, ["deleted"] = true })
                : Unknown(work, name);
        });
    }

    private static Argument<string> Name() => new("name") { Description = "The upstream's name here." };

    private static Task<StoredUpstream?> FindAsync(Work work, Argument<string> name) => work.Get<Upstreams>().FindAsync(work.Parsed.GetRequiredValue(name), work.Cancellation);

    private static int Unknown(Work work, Argument<string> name) => work.Output.Refuse($"name: '{work.Parsed.GetRequiredValue(name)}' is not an upstream here");

    /// <summary>The upstream, with its roles made where there are none; null where a mistake was said.</summary>
    private static async Task<UpstreamProvider?> ValidateAsync(Work work, UpstreamMetadata metadata, bool hasSecret)
    {
        var decided = UpstreamRules.Decide(metadata, work.Installation.Settings.Issuer, hasSecret);
        if (decided is not Validated<UpstreamProvider>.Valid { Value: var upstream })
        {
            work.Output.Refuse(((Validated<UpstreamProvider>.Invalid)decided).Error.ToString());
            return null;
        }

        var roles = work.Get<RoleManager<Role>>();
        foreach (var role in upstream.Roles)
        {
            if (!await roles.RoleExistsAsync(role))
                await roles.CreateAsync(new Role { Id = work.Get<Entropy>().NewId(), Name = role });
        }

        return upstream;
    }

    private static JsonObject Document(Work work, UpstreamProvider upstream)
    {
        var document = JsonSerializer.SerializeToNode(UpstreamMetadata.Of(upstream), UpstreamMetadataJson.Default.UpstreamMetadata)!.AsObject();
        var settings = work.Installation.Settings;
        document["redirect_uri"] = UpstreamPaths.RedirectUri(settings, upstream);
        document["post_logout_redirect_uri"] = UpstreamPaths.PostLogoutRedirectUri(settings, upstream);
        document["backchannel_logout_uri"] = UpstreamPaths.BackchannelLogoutUri(settings, upstream);
        if (upstream.TokenEndpointAuthMethod == ClientAuthenticationMethod.PrivateKeyJwt)
            document["jwks_uri"] = settings.Issuer + "/.well-known/jwks.json";
        return document;
    }
}
