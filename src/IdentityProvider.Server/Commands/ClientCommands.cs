using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp clients …</c>: RFC 7591's registration, done by an operator.</summary>
internal static class ClientCommands
{
    public static Command Build() => new("clients", "The applications that sign people in or call APIs.")
    {
        Create(), List(), Show(), Update(), Delete(), DeniedClientCommands.List(), DeniedClientCommands.Allow(), RotateSecret(), ClientSecretCommands.List(), ClientSecretCommands.End(), SnippetCommand.Build(), ClientDocumentCommands.Export(), ClientDocumentCommands.Import(),
    };

    private static Command Create()
    {
        var options = new ClientOptions();
        var id = new Option<string?>("--client-id") { Description = "client_id: chosen here where none is named." };
        var command = new Command("create", "Register a client. Its secret is shown once, here, and kept only as a hash.") { id };
        options.AddTo(command);
        return command.Does(async work =>
        {
            var given = await options.ReadAsync(work.Parsed, new ClientMetadata(), work.Cancellation);
            if (given is Validated<ClientMetadata>.Invalid { Error: var unread })
                return work.Output.Refuse(unread.ToString());
            var metadata = ((Validated<ClientMetadata>.Valid)given).Value;
            metadata = metadata with { ClientId = work.Parsed.GetValue(id) ?? metadata.ClientId };
            return work.Tell(await work.Get<ClientOperations>().CreateAsync(work.Actor, metadata, work.Cancellation), made =>
            {
                var answer = ClientOperations.Document(made.Client);
                answer.Insert(1, "client_id_issued_at", made.At.ToUnixTimeSeconds());
                Tell(answer, made.Secret);
                return work.Output.Show(answer);
            });
        }, remote => RemoteRegistrations.CreateAsync(remote, options, () => remote.Parsed.GetValue(id)));
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The clients, by identifier.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, (after, limit, cancellation) => work.Get<ClientOperations>().ListAsync("", after, limit, cancellation), ClientOperations.Document, "client_id", "client_name", "token_endpoint_auth_method", "grant_types", "scope"),
            work => work.ListAsync("/clients", "client_id", "client_name", "token_endpoint_auth_method", "grant_types", "scope"));
    }

    private static Command Show()
    {
        var id = Id();
        return new Command("show", "A client's metadata; with --json as `create --file` and `update --file` take it.") { id }.Does(async work =>
            work.Tell(await work.Get<ClientOperations>().FindAsync(work.Parsed.GetRequiredValue(id), work.Cancellation), client => work.Output.Show(ClientOperations.Document(client))),
            work => work.ShowAsync($"/clients/{work.Part("client_id")}"));
    }

    private static Command Update()
    {
        var options = new ClientOptions();
        var id = Id();
        var command = new Command("update", "Change a client: with --file its whole metadata (RFC 7592), with options alone what they name.") { id };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!options.AnyGiven(result))
                result.AddError("Nothing to change: name a --file or an option.");
        });
        return command.Does(async work =>
        {
            if (!(await work.Get<ClientOperations>().FindAsync(work.Parsed.GetRequiredValue(id), work.Cancellation)).Try(out var standing, out var fault))
                return work.Output.Refuse(fault.ToString());
            // What follows from the grant types is left to follow from the new ones.
            var given = await options.ReadAsync(work.Parsed, ClientMetadata.Of(standing) with { ResponseTypes = null }, work.Cancellation);
            if (given is Validated<ClientMetadata>.Invalid { Error: var unread })
                return work.Output.Refuse(unread.ToString());
            var metadata = ((Validated<ClientMetadata>.Valid)given).Value;
            return work.Tell(await work.Get<ClientOperations>().ReplaceAsync(work.Actor, standing, metadata, work.Cancellation), made =>
            {
                var answer = ClientOperations.Document(made.Client);
                Tell(answer, made.Secret);
                return work.Output.Show(answer);
            });
        }, remote => RemoteRegistrations.UpdateAsync(remote, options));
    }

    private static Command Delete()
    {
        var id = Id();
        return new Command("delete", "Remove a client, people's consents to it, and every sign-in through it. One whose identifier is the address of its document stays away until `clients allow`.") { id }.Ends(work => LookAsync(work, work.Parsed.GetRequiredValue(id)), async work =>
        {
            var clientId = work.Parsed.GetRequiredValue(id);
            return work.Tell(await work.Get<ClientOperations>().DeleteAsync(work.Actor, clientId, work.Cancellation), removed => removed.IsDenied
                ? DeniedClientCommands.ShowDenied(work.Output, clientId, removed.WasThere)
                : work.Output.Say($"Deleted {clientId}.", new() { ["client_id"] = clientId, ["deleted"] = true }));
        },
            RemoteFederation.DeleteClientAsync);
    }

    // The address of a document can be denied before it ever was a client.
    private static async Task<int> LookAsync(Work work, string clientId)
    {
        var found = await work.Get<ClientOperations>().FindAsync(clientId, work.Cancellation);
        var isDenied = ClientDocumentRules.IsAddress(clientId);
        if (!found.Try(out _, out var fault) && !isDenied)
            return work.Output.Refuse(fault.ToString());
        var counts = await work.Get<Dependents>().OfClientAsync(clientId, work.Installation.Now, work.Cancellation);
        return work.Forecast($"Would {(fault is null ? "delete" : "deny")} {clientId}{(isDenied ? ", which is no client here from then on" : "")}", new() { ["client_id"] = clientId }, counts);
    }

    private static Command RotateSecret()
    {
        var id = Id();
        var keep = new Option<TimeSpan>("--keep-old")
        {
            Description = "How long older secrets stay valid, such as 90s, 30m, 24h or 7d.", HelpName = "duration",
            DefaultValueFactory = _ => TimeSpan.FromHours(24), CustomParser = Duration.Parse,
        };
        var revoke = new Option<bool>("--revoke-old") { Description = "End older secrets at once." };
        return new Command("rotate-secret", "Give a client a new secret, shown once; older ones stay valid for a while, so that it moves over without downtime.") { id, keep, revoke }
            .Does(async work =>
            {
                var kept = work.Parsed.GetValue(revoke) ? TimeSpan.Zero : work.Parsed.GetValue(keep);
                return work.Tell(await work.Get<ClientOperations>().RotateSecretAsync(work.Actor, work.Parsed.GetRequiredValue(id), kept, work.Cancellation), made =>
                {
                    var answer = new JsonObject { ["client_id"] = made.ClientId };
                    answer["secret_id"] = made.SecretId;
                    Tell(answer, made.Secret);
                    answer["old_secrets_expire_at"] = made.OthersExpireAt.ToUnixTimeSeconds();
                    return work.Output.Show(answer);
                });
            },
            work => work.MakeAsync(
                $"/clients/{work.Part("client_id")}/secrets", new() { ["keep_old"] = work.Parsed.GetValue<bool>("--revoke-old") ? 0 : (int)work.Parsed.GetValue<TimeSpan>("--keep-old").TotalSeconds }));
    }

    // RFC 7591 §3.2.1: a secret that doesn't expire says 0.
    private static void Tell(JsonObject answer, string? secret)
    {
        if (secret is null)
            return;
        answer.Insert(1, "client_secret", secret);
        answer.Insert(2, "client_secret_expires_at", 0);
    }

    private static Argument<string> Id() => new("client_id") { Description = "The client." };
}
