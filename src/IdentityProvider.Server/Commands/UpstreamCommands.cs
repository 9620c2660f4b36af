using System.CommandLine;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

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
            if (await options.ReadAsync(work.Parsed, work.Output, new UpstreamMetadata(), work.Cancellation) is not { } read)
                return Output.Refused;
            return work.Tell(await work.Get<UpstreamOperations>().CreateAsync(work.Actor, read, work.Cancellation), made => Show(work, made));
        }, remote => RemoteFederation.CreateAsync(remote, options));
    }

    private static Command Update()
    {
        var (name, options) = (Name(), new UpstreamOptions(withIdentity: false));
        var command = new Command("update", "Change what is named, and leave the rest; an empty list takes all of it away.") { name };
        options.AddTo(command);
        return command.Does(async work =>
        {
            if (!(await FindAsync(work, name)).Try(out var standing, out var fault))
                return work.Output.Refuse(fault.ToString());
            if (await options.ReadAsync(work.Parsed, work.Output, UpstreamMetadata.Of(standing.Provider), work.Cancellation) is not { } read)
                return Output.Refused;
            // Name and issuer of a file are not looked at: they never change.
            var written = read with { Name = standing.Provider.Name, Issuer = standing.Provider.Issuer };
            return work.Tell(await work.Get<UpstreamOperations>().ReplaceAsync(work.Actor, standing, written, work.Cancellation), changed => Show(work, changed));
        }, remote => RemoteFederation.UpdateAsync(remote, options));
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The upstreams, by name.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, (after, limit, cancellation) => work.Get<UpstreamOperations>().ListAsync(after, limit, cancellation), work.Get<UpstreamOperations>().Document, "name", "issuer", "client_id", "create", "enabled"),
            work => work.ListAsync("/upstreams", "name", "issuer", "client_id", "create", "enabled"));
    }

    private static Command Show()
    {
        var name = Name();
        return new Command("show", "An upstream, and what to register there.") { name }
            .Does(
            async work => work.Tell(await FindAsync(work, name), found => Show(work, found)),
            work => work.ShowAsync($"/upstreams/{work.Part("name")}"));
    }

    private static Command Delete()
    {
        var name = Name();
        return new Command("delete", "Let nobody sign in by it any more. Who signed in by it stays so; links to it stay, and are of use again where its issuer comes back.") { name }.Ends(
            work => work.ForecastAsync(
                FindAsync(work, name),
                upstream => $"Would delete {upstream.Provider.Name}",
                upstream => new() { ["name"] = upstream.Provider.Name },
                (upstream, dependents) => dependents.OfIssuerAsync(upstream.Provider.Issuer, work.Cancellation)),
            async work =>
            work.Tell(
                await work.Get<UpstreamOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(name), work.Cancellation),
                named => work.Output.Say($"Deleted {named}.", new() { ["name"] = named, ["deleted"] = true })),
            work => RemoteCalls.DeleteAsync(work, "/upstreams", "name"));
    }

    private static Argument<string> Name() => new("name") { Description = "The upstream's name here." };

    private static Task<Operated<StoredUpstream>> FindAsync(Work work, Argument<string> name) => work.Get<UpstreamOperations>().FindAsync(work.Parsed.GetRequiredValue(name), work.Cancellation);

    private static int Show(Work work, StoredUpstream upstream) => work.Output.Show(work.Get<UpstreamOperations>().Document(upstream.Provider));
}
