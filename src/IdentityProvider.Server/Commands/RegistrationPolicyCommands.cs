using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp registration-policies create|list|revoke</c>: what clients that register themselves may have, and the initial access tokens for it.</summary>
internal static class RegistrationPolicyCommands
{
    private const int Most = 1000;
    private const string WithToken = "token";
    private const string WithoutToken = "open";
    private const string Documents = "documents";

    private static readonly string[] Columns = ["policy_id", "name", "for", "scope", "resources", "clients", "max_clients", "expires_at", "revoked_at"];

    public static Command Build() =>
        new("registration-policies", "What clients that register themselves may have (RFC 7591), and the initial access tokens for it.") { Create(), List(), Revoke() };

    private static Command Create()
    {
        var name = new Option<string?>("--name") { Description = "What it is for." };
        var kind = new Option<string>("--for") { Description = "token (the default) makes an initial access token, shown once; open sets what holds without one, documents what holds for clients that are known by their own document.", HelpName = "token|open|documents", DefaultValueFactory = _ => WithToken };
        kind.AcceptOnlyFromAmong(WithToken, WithoutToken, Documents);
        var scopes = Many("--scope", "scope", "What they may ask for; openid profile email offline_access where nothing is named.");
        var resources = Many("--resource", "identifier", "The APIs they may have tokens for.");
        var grants = Many("--grant", "type", "Their grant types; authorization_code and refresh_token where nothing is named.");
        var hosts = Many("--redirect-host", "host", "Where their redirect URIs may be: app.example.com, *.example.com, or localhost for loopback; anywhere where nothing is named.");
        var most = new Option<int?>("--max-clients") { Description = "How many there may be at once: 100, or 1000 without a token.", HelpName = "n" };
        var ends = new Option<TimeSpan?>("--expires-in") { Description = "How long clients can be registered by it, such as 24h or 30d; for ever where nothing is named.", HelpName = "duration", CustomParser = result => Duration.Parse(result) };
        var statement = new Option<bool>("--require-software-statement") { Description = "Each needs a software statement." };
        var statementIssuer = new Option<string?>("--software-statement-issuer") { Description = "Whose software statements count, by their iss; nobody's where nothing is named.", HelpName = "iss" };
        var statementKeys = new Option<string?>("--software-statement-jwks-uri") { Description = "Where that issuer publishes its keys.", HelpName = "uri" };
        var plain = new Option<bool>("--without-pkce") { Description = "Those that authenticate may do without PKCE (RFC 9700 asks for it; OpenID Connect alone doesn't)." };
        var command = new Command("create", "Let clients register themselves, within bounds.") { name, kind, scopes, resources, grants, hosts, most, ends, statement, statementIssuer, statementKeys, plain };
        return command.Does(async work =>
        {
            var chosen = work.Parsed.GetRequiredValue(kind);
            var fallback = chosen switch { WithoutToken => RegistrationPolicy.Open, Documents => RegistrationPolicy.Documents, _ => null };
            var metadata = new RegistrationPolicyMetadata
            {
                Name = work.Parsed.GetValue(name) ?? fallback?.Name,
                Scope = Given(work, scopes) is { } words ? string.Join(' ', words) : null,
                Resources = Given(work, resources),
                GrantTypes = Given(work, grants),
                RedirectHosts = Given(work, hosts),
                MaxClients = work.Parsed.GetValue(most) ?? fallback?.MaxClients,
                RequireSoftwareStatement = work.Parsed.GetValue(statement),
                SoftwareStatementIssuer = work.Parsed.GetValue(statementIssuer),
                SoftwareStatementJwksUri = work.Parsed.GetValue(statementKeys),
                RequirePkce = !work.Parsed.GetValue(plain),
            };
            return await AddAsync(work, metadata, fallback?.PolicyId, work.Parsed.GetValue(ends));
        });
    }

    private static async Task<int> AddAsync(Work work, RegistrationPolicyMetadata metadata, Guid? policyId, TimeSpan? lasts)
    {
        var known = new List<Resource>();
        foreach (var identifier in metadata.Resources ?? [])
        {
            if (await work.Get<Storage.Resources>().FindAsync(identifier, work.Cancellation) is { } resource)
                known.Add(resource);
        }

        var now = work.Installation.Now;
        var decided = RegistrationPolicyRules.Decide(metadata, policyId ?? work.Get<Entropy>().NewId(), known, now, now + lasts);
        if (decided is not Validated<RegistrationPolicy>.Valid { Value: var policy })
            return work.Output.Refuse(((Validated<RegistrationPolicy>.Invalid)decided).Error.ToString());
        var answer = Document(policy);
        if (policyId is not null)
        {
            await work.Get<RegistrationPolicies>().PutAsync(policy, work.Cancellation);
            return work.Output.Show(answer);
        }

        var token = work.Get<Entropy>().Token();
        await work.Get<RegistrationPolicies>().AddAsync(policy, SecretHash.Of(token), work.Cancellation);
        answer.Insert(1, "initial_access_token", token);
        return work.Output.Show(answer);
    }

    private static Command List() => new Command("list", "The policies, the newest first, and how many clients each has.").Does(async work =>
        work.Output.List([.. (await work.Get<RegistrationPolicies>().ListAsync(Most, work.Cancellation)).Select(Document)], Columns));

    private static Command Revoke()
    {
        var id = new Argument<string>("policy_id") { Description = "The policy." };
        return new Command("revoke", "Nothing more can be registered by it. The clients that are stay: `idp clients delete` removes one.") { id }.Does(async work =>
        {
            var named = work.Parsed.GetRequiredValue(id);
            return Guid.TryParse(named, out var policyId) && await work.Get<RegistrationPolicies>().RevokeAsync(policyId, work.Installation.Now, work.Cancellation)
                ? work.Output.Say($"Revoked {named}.", new() { ["policy_id"] = named, ["revoked"] = true })
                : work.Output.Refuse($"policy_id: '{named}' is not a policy that stands here");
        });
    }

    private static JsonObject Document(RegistrationPolicy policy)
    {
        var document = JsonSerializer.SerializeToNode(RegistrationPolicyMetadata.Of(policy), RegistrationPolicyJson.Default.RegistrationPolicyMetadata)!.AsObject();
        document.Insert(0, "policy_id", policy.PolicyId.ToString("D"));
        document["for"] = policy.PolicyId == RegistrationPolicy.OpenId ? WithoutToken : policy.PolicyId == RegistrationPolicy.DocumentsId ? Documents : WithToken;
        document["clients"] = policy.ClientCount;
        document["created_at"] = Output.Moment(policy.CreatedAt);
        document["expires_at"] = policy.ExpiresAt is { } end ? Output.Moment(end) : null;
        document["revoked_at"] = policy.RevokedAt is { } revoked ? Output.Moment(revoked) : null;
        return document;
    }

    private static Option<string[]> Many(string name, string helpName, string description) =>
        new(name) { Description = $"{description} May be repeated.", HelpName = helpName };

    private static string[]? Given(Work work, Option<string[]> option) => work.Parsed.GetValue(option) is { Length: > 0 } given ? given : null;
}
