using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Jose;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin;

/// <summary>Clients, by who runs the server: RFC 7591's registration with an operator's members beside it.</summary>
internal sealed class ClientOperations(Clients clients, Registrations registrations, ResourceOperations resources, SectorIdentifiers sectors, KeyRing keys, Desk desk)
{
    /// <summary>So that nobody rotates for ever without ever letting go of the old.</summary>
    public const int MostSecrets = 10;

    public async Task<Operated<Client>> FindAsync(string clientId, CancellationToken cancellation) =>
        await FindOrNullAsync(clientId, cancellation) is { } client ? client : Unknown(clientId);

    /// <summary>One page, by identifier, of those whose identifier begins so.</summary>
    public Task<IReadOnlyList<Client>> ListAsync(string beginning, string? after, int limit, CancellationToken cancellation) =>
        clients.ListAsync(beginning, after, limit, cancellation);

    /// <summary>Registers a client. Its secret, if it has one, is told here and never again.</summary>
    public async Task<Operated<MadeClient>> CreateAsync(Actor actor, ClientMetadata metadata, CancellationToken cancellation)
    {
        var decided = await DecideAsync(actor, metadata, standing: null, cancellation);
        if (!decided.Try(out var client, out var fault))
            return fault;
        var now = desk.Now;
        var secret = client.HasSecret ? desk.Entropy.Token() : null;
        client = secret is null ? client : client with { Secrets = [new(SecretHash.Of(secret), now, null)] };
        if (BuiltInClients.IsIdentifier(client.ClientId) || !await clients.AddAsync(client, cancellation))
            return Fault.Conflict("client_id", $"'{client.ClientId}' is taken");
        await desk.RecordAsync(AuditAction.ClientCreated, actor, AuditTarget.Client(client.ClientId), after: Document(client));
        await BeginKeysAsync(client, cancellation);
        return Operated<MadeClient>.Done(new(client, secret, now), decided.Warnings);
    }

    /// <summary>Replaces a client's metadata (RFC 7592 §2.2) where nobody changed it since it was read. A secret that it comes to need is told here.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="standing">The client as it was read.</param>
    /// <param name="metadata">All of it as it is to be.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<MadeClient>> ReplaceAsync(Actor actor, Client standing, ClientMetadata metadata, CancellationToken cancellation)
    {
        if (BuiltInClients.IsIdentifier(standing.ClientId))
            return BuiltIn();
        if (metadata.ClientId is not null && metadata.ClientId != standing.ClientId)
            return Fault.Refused("client_id", "can't be changed");
        var decided = await DecideAsync(actor, metadata with { ClientId = standing.ClientId }, standing, cancellation);
        if (!decided.Try(out var client, out var fault))
            return fault;
        var now = desk.Now;
        var secret = client.HasSecret && !standing.HasSecret ? desk.Entropy.Token() : null;
        var stored = secret is null ? null : new ClientSecret(SecretHash.Of(secret), now, null);
        if (Fault.Of(await clients.ReplaceAsync(client, standing, OperatorMembers.Changed(standing, client), stored, now, cancellation), Unknown(client.ClientId), "client") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.ClientChanged, actor, AuditTarget.Client(client.ClientId), Document(standing), Document(client));
        await BeginKeysAsync(client, cancellation);
        return Operated<MadeClient>.Done(new(client, secret, now), decided.Warnings);
    }

    /// <summary>Removes a client, people's consents to it, and every sign-in through it. One that is known by its own document stays away until it is allowed.</summary>
    public async Task<Operated<RemovedClient>> DeleteAsync(Actor actor, string clientId, CancellationToken cancellation)
    {
        if (BuiltInClients.IsIdentifier(clientId))
            return BuiltIn();
        var standing = await clients.FindAsync(clientId, cancellation);
        if (standing is not null && desk.Refuse(actor, standing) is { } fault)
            return fault;
        var isDenied = ClientDocumentRules.IsAddress(clientId);
        var wasThere = isDenied ? await clients.DenyAsync(clientId, desk.Now, cancellation) : await clients.DeleteAsync(clientId, desk.Now, cancellation);
        if (!wasThere && !isDenied)
            return Unknown(clientId);
        await desk.RecordAsync(
            isDenied ? AuditAction.ClientDenied : AuditAction.ClientDeleted, actor, AuditTarget.Client(clientId), before: standing is null ? null : Document(standing));
        return new RemovedClient(wasThere, isDenied);
    }

    /// <summary>Removes a client that an operator registered, where nobody changed it since it was read.</summary>
    public async Task<Operated<RemovedClient>> DeleteAsync(Actor actor, Client read, CancellationToken cancellation)
    {
        if (BuiltInClients.IsIdentifier(read.ClientId))
            return BuiltIn();
        if (desk.Refuse(actor, read) is { } fault)
            return fault;
        if (Fault.Of(await clients.DeleteAsync(read, desk.Now, cancellation), Unknown(read.ClientId), "client") is { } notDone)
            return notDone;

        await desk.RecordAsync(AuditAction.ClientDeleted, actor, AuditTarget.Client(read.ClientId), before: Document(read));
        return new RemovedClient(WasThere: true, IsDenied: false);
    }

    /// <summary>Lets the address of a client's metadata be a client again.</summary>
    public async Task<Operated<string>> AllowAsync(Actor actor, string clientId, CancellationToken cancellation)
    {
        if (!await registrations.AllowAsync(clientId, cancellation))
            return new Fault(FaultKind.Unknown, "client_id", $"'{clientId}' is not denied here");
        await desk.RecordAsync(AuditAction.ClientAllowed, actor, AuditTarget.Client(clientId));
        return clientId;
    }

    public Task<IReadOnlyList<DeniedClient>> ListDeniedAsync(string? after, int limit, CancellationToken cancellation) => registrations.ListDeniedAsync(after, limit, cancellation);

    /// <summary>Gives a client another secret, told here and never again.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="keepOld">How long those that stand are valid still; zero ends them now.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<NewSecret>> RotateSecretAsync(Actor actor, string clientId, TimeSpan keepOld, CancellationToken cancellation)
    {
        if (!(await FindToChangeAsync(actor, clientId, cancellation)).Try(out var client, out var fault))
            return fault;
        if (!client.HasSecret)
            return Fault.Refused("token_endpoint_auth_method", $"is {ClientMetadataRules.NameOf(client.TokenEndpointAuthMethod)}, so this client has no secret");
        var now = desk.Now;
        var ends = now + keepOld;
        if (ends > now && client.Secrets.Count(s => s.ExpiresAt is not { } end || end > now) >= MostSecrets)
            return Fault.Conflict("client_secret", $"{MostSecrets} are valid already; --revoke-old ends them");

        var secret = desk.Entropy.Token();
        var made = new ClientSecret(SecretHash.Of(secret), now, null);
        if (!await clients.AddSecretAsync(clientId, made, ends, cancellation))
            return Unknown(clientId);
        await desk.RecordAsync(AuditAction.ClientSecretMade, actor, AuditTarget.Client(clientId), after: new JsonObject { ["secret_id"] = IdOf(made), ["old_secrets_expire_at"] = ends });
        return new NewSecret(clientId, IdOf(made), secret, ends);
    }

    /// <summary>Lets a client go on for a while by a secret that it has from another server, beside what it has here.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="hash">SHA-256 of the secret; that it can't be guessed is nothing that this server could see.</param>
    /// <param name="expiresAt">Until when.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Operated<string>> KeepSecretAsync(Actor actor, string clientId, byte[] hash, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        if (!(await FindToChangeAsync(actor, clientId, cancellation)).Try(out var client, out var fault))
            return fault;
        if (!client.HasSecret)
            return Unknown(clientId);
        var kept = new ClientSecret(hash, desk.Now, expiresAt);
        if (!await clients.AddSecretAsync(clientId, kept, cancellation: cancellation))
            return Unknown(clientId);
        await desk.RecordAsync(AuditAction.ClientSecretMade, actor, AuditTarget.Client(clientId), after: new JsonObject { ["secret_id"] = IdOf(kept), ["expires_at"] = expiresAt });
        return clientId;
    }

    /// <summary>Ends one secret now.</summary>
    public async Task<Operated<string>> RemoveSecretAsync(Actor actor, string clientId, string secretId, CancellationToken cancellation)
    {
        if (!(await FindToChangeAsync(actor, clientId, cancellation)).Try(out var client, out var fault))
            return fault;
        if (client.Secrets.FirstOrDefault(secret => IdOf(secret) == secretId) is not { } found || !await clients.RemoveSecretAsync(clientId, found.Hash, cancellation))
            return Fault.Unknown("secret_id", secretId, "a secret of this client");
        await desk.RecordAsync(AuditAction.ClientSecretRemoved, actor, AuditTarget.Client(clientId), before: new JsonObject { ["secret_id"] = secretId });
        return secretId;
    }

    /// <summary>Takes back every token of a client: its own and those of people who use it.</summary>
    public async Task<Operated<string>> RevokeTokensAsync(Actor actor, string clientId, CancellationToken cancellation)
    {
        if (BuiltInClients.IsIdentifier(clientId))
            return BuiltIn();
        if (await clients.FindAsync(clientId, cancellation) is { } client && desk.Refuse(actor, client) is { } fault)
            return fault;
        if (!await clients.RevokeTokensAsync(clientId, desk.Now, cancellation))
            return Fault.Unknown("client", clientId, "a client");
        await desk.RecordAsync(AuditAction.TokenRevoked, actor, AuditTarget.Client(clientId));
        return clientId;
    }

    /// <summary>By what a secret is named: the beginning of its hash, which tells nothing of it.</summary>
    public static string IdOf(ClientSecret secret) => Convert.ToHexStringLower(secret.Hash.AsSpan(0, 8));

    public static JsonObject Document(Client client) =>
        JsonSerializer.SerializeToNode(ClientMetadata.Of(client), ClientMetadataJson.Default.ClientMetadata)!.AsObject();

    /// <summary>A secret, without itself.</summary>
    public static JsonObject Document(ClientSecret secret)
    {
        var document = new JsonObject { ["secret_id"] = IdOf(secret), ["created_at"] = Moments.Text(secret.CreatedAt) };
        if (secret.ExpiresAt is { } end)
            document["expires_at"] = Moments.Text(end);
        return document;
    }

    /// <summary>An address that is to stay away.</summary>
    public static JsonObject Document(DeniedClient denied) => new() { ["client_id"] = denied.ClientId, ["denied_at"] = Moments.Text(denied.DeniedAt) };

    /// <summary>Of the client as it stands: whoever replaces it says which they saw.</summary>
    public static string VersionOf(Client client) => EntityTag.Of(Document(client));

    /// <summary>What a client would be by this metadata, and why not; nobody else is asked, and nothing is changed.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="metadata">All of it as it is to be.</param>
    /// <param name="standing">The client as it was read; null for a new one.</param>
    /// <param name="known">The resources that are there then, of those which the metadata names.</param>
    public Operated<Client> Judge(Actor actor, ClientMetadata metadata, Client? standing, IReadOnlyList<Resource> known)
    {
        if (standing is not null && desk.Refuse(actor, standing) is { } notTheirs)
            return notTheirs;
        var decided = ClientMetadataRules.Decide(metadata, desk.Entropy.NewId().ToString("N"), known);
        if (decided is not Validated<Client>.Valid { Value: var client } valid)
            return Fault.Refused(((Validated<Client>.Invalid)decided).Error);
        if (desk.Refuse(actor, client) is { } tooFar)
            return tooFar;
        if (standing?.RegisteredBy is not null && AdminTokenRules.Names(client, desk.Settings.Issuer))
            return Fault.Refused("resources", "can't give administration to a client that registered itself: register another for it");
        return Operated<Client>.Done(client, valid.Warnings);
    }

    /// <summary>Why a client that was judged well may not be registered by what its own site says of it; null where it may.</summary>
    public async Task<Fault?> RefuseElsewhereAsync(Client client, CancellationToken cancellation) =>
        await sectors.RefuseAsync(client, cancellation) is { } elsewhere ? Fault.Refused(elsewhere) : null;

    private async Task<Operated<Client>> DecideAsync(Actor actor, ClientMetadata metadata, Client? standing, CancellationToken cancellation)
    {
        var judged = Judge(actor, metadata, standing, await resources.FindKnownAsync(ClientMetadataRules.ResourcesNamed(metadata), cancellation));
        return judged.Try(out var client, out _) && await RefuseElsewhereAsync(client, cancellation) is { } fault ? fault : judged;
    }

    // An algorithm's key is published before the first token needs it.
    private Task BeginKeysAsync(Client client, CancellationToken cancellation) => keys.BeginAllAsync(
        [client.IdTokenSignedResponseAlg, client.IntrospectionSignedResponseAlg, client.UserinfoSignedResponseAlg ?? SignatureAlgorithm.RS256], cancellation);

    // A client that is registered, and that who asks may change.
    private async Task<Operated<Client>> FindToChangeAsync(Actor actor, string clientId, CancellationToken cancellation)
    {
        if (BuiltInClients.IsIdentifier(clientId))
            return BuiltIn();
        if (await clients.FindAsync(clientId, cancellation) is not { } client)
            return Unknown(clientId);
        return desk.Refuse(actor, client) is { } fault ? fault : client;
    }

    private async Task<Client?> FindOrNullAsync(string clientId, CancellationToken cancellation) =>
        BuiltInClients.Find(clientId, desk.Settings.Issuer, desk.Settings.Administration.CommandLineSignIn) ?? await clients.FindAsync(clientId, cancellation);

    internal static Fault BuiltIn() => Fault.Conflict("client_id", "is built in: it can't be changed or deleted");

    private static Fault Unknown(string clientId) => Fault.Unknown("client_id", clientId, "a client");
}

/// <summary>A client as it now stands.</summary>
/// <param name="Client">The client.</param>
/// <param name="Secret">The secret that was just made for it; null where none was.</param>
/// <param name="At">When.</param>
internal sealed record MadeClient(Client Client, string? Secret, DateTimeOffset At);

/// <summary>What became of a client.</summary>
/// <param name="WasThere">Whether there was one.</param>
/// <param name="IsDenied">Whether its address stays away from now on.</param>
internal sealed record RemovedClient(bool WasThere, bool IsDenied);

/// <summary>A secret, told once.</summary>
internal sealed record NewSecret(string ClientId, string SecretId, string Secret, DateTimeOffset OthersExpireAt);
