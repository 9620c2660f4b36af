using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp clients …</c>: RFC 7591's registration, done by an operator.</summary>
internal static class ClientCommands
{
    /// <summary>So that nobody rotates for ever without ever letting go of the old.</summary>
    private const int MostSecrets = 10;

    public static Command Build() => new("clients", "The applications that sign people in or call APIs.")
    {
        Create(), List(), Show(), Update(), Delete(), DeniedClientCommands.List(), DeniedClientCommands.Allow(), RotateSecret(),
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
            if (await DecideAsync(work, metadata) is not { } client)
                return Output.Refused;

            var now = work.Installation.Now;
            var secret = client.HasSecret ? work.Get<Entropy>().Token() : null;
            if (secret is not null)
                client = client with { Secrets = [new(SecretHash.Of(secret), now, null)] };
            if (!await work.Get<Clients>().AddAsync(client, work.Cancellation))
                return work.Output.Refuse($"client_id: '{client.ClientId}' is taken");
            await BeginAsync(work, client.IdTokenSignedResponseAlg, client.IntrospectionSignedResponseAlg, client.UserinfoSignedResponseAlg ?? SignatureAlgorithm.RS256);

            var answer = Document(client);
            answer.Insert(1, "client_id_issued_at", now.ToUnixTimeSeconds());
            Tell(answer, secret);
            return work.Output.Show(answer);
        });
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The clients, by identifier.");
        paging.AddTo(command);
        return command.Does(work => paging.ShowAsync(
            work, work.Get<Clients>().ListAsync, Document, "client_id", "client_name", "token_endpoint_auth_method", "grant_types", "scope"));
    }

    private static Command Show()
    {
        var id = Id();
        return new Command("show", "A client's metadata; with --json as `create --file` and `update --file` take it.") { id }.Does(async work =>
        {
            var clientId = work.Parsed.GetRequiredValue(id);
            return await work.Get<Clients>().FindAsync(clientId, work.Cancellation) is { } client ? work.Output.Show(Document(client)) : Unknown(work, clientId);
        });
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
            var clientId = work.Parsed.GetRequiredValue(id);
            if (await work.Get<Clients>().FindAsync(clientId, work.Cancellation) is not { } standing)
                return Unknown(work, clientId);
            // What follows from the grant types is left to follow from the new ones.
            var given = await options.ReadAsync(work.Parsed, ClientMetadata.Of(standing) with { ResponseTypes = null }, work.Cancellation);
            if (given is Validated<ClientMetadata>.Invalid { Error: var unread })
                return work.Output.Refuse(unread.ToString());
            var metadata = ((Validated<ClientMetadata>.Valid)given).Value;
            if (metadata.ClientId is not null && metadata.ClientId != clientId)
                return work.Output.Refuse("client_id: can't be changed");
            return await DecideAsync(work, metadata with { ClientId = clientId }) is { } client ? await ChangeAsync(work, standing, client) : Output.Refused;
        });
    }

    private static Command Delete()
    {
        var id = Id();
        return new Command("delete", "Remove a client, people's consents to it, and every sign-in through it. One whose identifier is the address of its document stays away until `clients allow`.") { id }.Does(async work =>
        {
            var clientId = work.Parsed.GetRequiredValue(id);
            if (ClientDocumentRules.IsAddress(clientId))
                return await DeniedClientCommands.DenyAsync(work, clientId);
            return await work.Get<Clients>().DeleteAsync(clientId, work.Installation.Now, work.Cancellation)
                ? work.Output.Say($"Deleted {clientId}.", new() { ["client_id"] = clientId, ["deleted"] = true })
                : Unknown(work, clientId);
        });
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
                var clientId = work.Parsed.GetRequiredValue(id);
                if (await work.Get<Clients>().FindAsync(clientId, work.Cancellation) is not { } client)
                    return Unknown(work, clientId);
                if (!client.HasSecret)
                    return work.Output.Refuse($"token_endpoint_auth_method: is {ClientMetadataRules.NameOf(client.TokenEndpointAuthMethod)}, so this client has no secret");
                var now = work.Installation.Now;
                var ends = work.Parsed.GetValue(revoke) ? now : now + work.Parsed.GetValue(keep);
                if (ends > now && client.Secrets.Count(s => s.ExpiresAt is not { } end || end > now) >= MostSecrets)
                    return work.Output.Refuse($"client_secret: {MostSecrets} are valid already; --revoke-old ends them");

                var secret = work.Get<Entropy>().Token();
                if (!await work.Get<Clients>().AddSecretAsync(clientId, new(SecretHash.Of(secret), now, null), ends, work.Cancellation))
                    return Unknown(work, clientId);
                var answer = new JsonObject { ["client_id"] = clientId };
                Tell(answer, secret);
                answer["old_secrets_expire_at"] = ends.ToUnixTimeSeconds();
                return work.Output.Show(answer);
            });
    }

    /// <summary>A client that comes to need a secret gets it first, and one that no longer does loses its own last: no moment lacks what it needs.</summary>
    private static async Task<int> ChangeAsync(Work work, Client standing, Client client)
    {
        var now = work.Installation.Now;
        var secret = client.HasSecret && !standing.HasSecret ? work.Get<Entropy>().Token() : null;
        if (secret is not null)
            await work.Get<Clients>().AddSecretAsync(client.ClientId, new(SecretHash.Of(secret), now, null), cancellation: work.Cancellation);
        if (!await work.Get<Clients>().UpdateByOperatorAsync(client, OperatorMembers.Changed(standing, client), work.Installation.Now, work.Cancellation))
            return Unknown(work, client.ClientId);
        if (standing.HasSecret && !client.HasSecret)
            await work.Get<Clients>().RemoveSecretsAsync(client.ClientId, now.AddDays(1), work.Cancellation);
        await BeginAsync(work, client.IdTokenSignedResponseAlg, client.IntrospectionSignedResponseAlg, client.UserinfoSignedResponseAlg ?? SignatureAlgorithm.RS256);

        var answer = Document(client);
        Tell(answer, secret);
        return work.Output.Show(answer);
    }

    /// <summary>The client, or null where the reason why not was said.</summary>
    private static async Task<Client?> DecideAsync(Work work, ClientMetadata metadata)
    {
        var known = new List<Resource>();
        foreach (var identifier in ClientMetadataRules.ResourcesNamed(metadata))
        {
            if (await work.Get<Storage.Resources>().FindAsync(identifier, work.Cancellation) is { } resource)
                known.Add(resource);
        }

        switch (ClientMetadataRules.Decide(metadata, work.Get<Entropy>().NewId().ToString("N"), known))
        {
            case Validated<Client>.Valid valid:
                if (await work.Get<SectorIdentifiers>().RefuseAsync(valid.Value, work.Cancellation) is { } elsewhere)
                {
                    work.Output.Refuse(elsewhere.ToString());
                    return null;
                }

                foreach (var warning in valid.Warnings)
                    work.Output.Warn(warning);
                return valid.Value;
            case Validated<Client>.Invalid invalid:
                work.Output.Refuse(invalid.Error.ToString());
                return null;
            default:
                throw new InvalidOperationException("A third case.");
        }
    }

    /// <summary>An algorithm's key is published before the first token needs it. RS256 always has one.</summary>
    internal static async Task BeginAsync(Work work, params IEnumerable<SignatureAlgorithm> algorithms)
    {
        foreach (var algorithm in algorithms.Where(named => named != SignatureAlgorithm.RS256).Distinct())
            await work.Get<KeyRing>().BeginAsync(algorithm, work.Cancellation);
    }

    private static JsonObject Document(Client client) =>
        JsonSerializer.SerializeToNode(ClientMetadata.Of(client), ClientMetadataJson.Default.ClientMetadata)!.AsObject();

    // RFC 7591 §3.2.1: a secret that doesn't expire says 0.
    private static void Tell(JsonObject answer, string? secret)
    {
        if (secret is null)
            return;
        answer.Insert(1, "client_secret", secret);
        answer.Insert(2, "client_secret_expires_at", 0);
    }

    private static Argument<string> Id() => new("client_id") { Description = "The client." };

    private static int Unknown(Work work, string clientId) => work.Output.Refuse($"client_id: '{clientId}' is not a client here");
}
