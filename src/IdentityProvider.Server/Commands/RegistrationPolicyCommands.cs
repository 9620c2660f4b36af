using System.CommandLine;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp registration-policies create|list|revoke</c>: what clients that register themselves may have, and the initial access tokens for it.</summary>
internal static class RegistrationPolicyCommands
{
    public static readonly string[] Columns = ["policy_id", "name", "for", "scope", "resources", "clients", "max_clients", "expires_at", "revoked_at"];

    public static Command Build() =>
        new("registration-policies", "What clients that register themselves may have (RFC 7591), and the initial access tokens for it.") { Create(), List(), Show(), Revoke() };

    private static Command Create()
    {
        var name = new Option<string?>("--name") { Description = "What it is for." };
        var kind = new Option<string>("--for") { Description = "token (the default) makes an initial access token, shown once; open sets what holds without one, documents what holds for clients that are known by their own document.", HelpName = "token|open|documents", DefaultValueFactory = _ => RegistrationPolicyOperations.WithToken };
        kind.AcceptOnlyFromAmong(RegistrationPolicyOperations.WithToken, RegistrationPolicyOperations.WithoutToken, RegistrationPolicyOperations.Documents);
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
        return command.Does(
            async work =>
            {
                var (chosen, lasts) = (work.Parsed.GetRequiredValue(kind), work.Parsed.GetValue(ends));
                return work.Tell(await work.Get<RegistrationPolicyOperations>().CreateAsync(work.Actor, chosen, Read(work.Parsed), lasts, work.Cancellation), made =>
                {
                    var answer = RegistrationPolicyOperations.Document(made.Policy);
                    if (made.Token is not null)
                        answer.Insert(1, "initial_access_token", made.Token);
                    return work.Output.Show(answer);
                });
            },
            work => RemoteFederation.CreateAsync(work, Read(work.Parsed), work.Parsed.GetRequiredValue(kind), work.Parsed.GetValue(ends)));

        RegistrationPolicyMetadata Read(ParseResult parsed) => new()
        {
            Name = parsed.GetValue(name),
            Scope = Given(parsed, scopes) is { } words ? string.Join(' ', words) : null,
            Resources = Given(parsed, resources),
            GrantTypes = Given(parsed, grants),
            RedirectHosts = Given(parsed, hosts),
            MaxClients = parsed.GetValue(most),
            RequireSoftwareStatement = parsed.GetValue(statement),
            SoftwareStatementIssuer = parsed.GetValue(statementIssuer),
            SoftwareStatementJwksUri = parsed.GetValue(statementKeys),
            RequirePkce = !parsed.GetValue(plain),
        };
    }

    private static Command List() => new Command("list", "The policies, the newest first, and how many clients each has.").Does(async work =>
        work.Output.List([.. (await work.Get<RegistrationPolicyOperations>().ListAsync(work.Cancellation)).Select(RegistrationPolicyOperations.Document)], Columns),
            work => work.AllAsync("/registration-policies", RegistrationPolicyCommands.Columns));

    private static Command Show()
    {
        var id = new Argument<string>("policy_id") { Description = "The policy." };
        return new Command("show", "A policy, and how many clients it has.") { id }.Does(
            async work => work.Tell(
                await work.Get<RegistrationPolicyOperations>().FindAsync(work.Parsed.GetRequiredValue(id), work.Cancellation), policy => work.Output.Show(RegistrationPolicyOperations.Document(policy))),
            remote => remote.ShowAsync($"/registration-policies/{remote.Part("policy_id")}"));
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("policy_id") { Description = "The policy." };
        return new Command("revoke", "Nothing more can be registered by it. The clients that are stay: `idp clients delete` removes one.") { id }.Ends(
            async work => work.Tell(
                await work.Get<RegistrationPolicyOperations>().FindAsync(work.Parsed.GetRequiredValue(id), work.Cancellation),
                policy => work.Forecast(
                    $"Would revoke {policy.Name ?? policy.PolicyId.ToString("D")}; what is registered by it stays",
                    new() { ["policy_id"] = policy.PolicyId.ToString("D"), ["clients_that_stay"] = policy.ClientCount },
                    [])),
            async work =>
            work.Tell(
                await work.Get<RegistrationPolicyOperations>().RevokeAsync(work.Actor, work.Parsed.GetRequiredValue(id), work.Cancellation),
                named => work.Output.Say($"Revoked {named}.", new() { ["policy_id"] = named, ["revoked"] = true })),
            work => work.DoAsync(HttpMethod.Delete, $"/registration-policies/{work.Part("policy_id")}", $"Revoked {work.Text("policy_id")}.", new() { ["policy_id"] = work.Text("policy_id"), ["revoked"] = true }));
    }

    private static Option<string[]> Many(string name, string helpName, string description) =>
        new(name) { Description = $"{description} May be repeated.", HelpName = helpName };

    private static string[]? Given(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) is { Length: > 0 } given ? given : null;
}
