using System.CommandLine;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Commands.Remote;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp issuers …</c>: those whose assertions are believed (RFC 7523 §2.1).</summary>
internal static class TrustedIssuerCommands
{
    public static Command Build() => new("issuers", "Issuers whose assertions are good for tokens here (RFC 7523).") { Create(), List(), Show(), Delete() };

    public static Argument<string> Issuer() => new("issuer") { Description = "The issuer's name, the iss of its assertions." };

    public static Argument<string> Subject() => new("subject") { Description = "The sub by which that issuer knows the person." };

    private static Command Create()
    {
        var file = new Option<string?>("--file", "-f") { Description = "JSON of issuer, jwks or jwks_uri, clients, username_claim, scope; - reads standard input.", HelpName = "file" };
        var issuer = new Option<string?>("--issuer") { Description = "issuer: the iss of its assertions, compared as text.", HelpName = "name" };
        var jwksUri = new Option<string?>("--jwks-uri") { Description = "jwks_uri: where its keys are published.", HelpName = "uri" };
        var clients = new Option<string[]>("--client") { Description = "clients: who may bring its assertions. May be repeated.", HelpName = "client_id" };
        var claim = new Option<string?>("--username-claim") { Description = "username_claim: the claim that is a user name here; without it each sub is linked by `idp users link`.", HelpName = "name" };
        var scopes = new Option<string[]>("--scope") { Description = "scope: the most that a token may have. May be repeated.", HelpName = "scope" };
        var command = new Command("create", "Trust an issuer.") { file, issuer, jwksUri, clients, claim, scopes };
        return command.Does(
            async work => await ReadAsync(work.Parsed, work.Cancellation) switch
            {
                Validated<TrustedIssuerMetadata>.Valid { Value: var written } => work.Tell(
                    await work.Get<TrustedIssuerOperations>().CreateAsync(work.Actor, written, work.Cancellation), trusted => work.Output.Show(TrustedIssuerOperations.Document(trusted))),
                var invalid => work.Output.Refuse(((Validated<TrustedIssuerMetadata>.Invalid)invalid).Error.ToString()),
            },
            async work => await RemoteRegistrations.MakeAsync(work, "/trusted-issuers", await ReadAsync(work.Parsed, work.Cancellation), TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata));

        async Task<Validated<TrustedIssuerMetadata>> ReadAsync(ParseResult parsed, CancellationToken cancellation)
        {
            var read = await Input.ReadAsync(parsed.GetValue(file), new TrustedIssuerMetadata(), TrustedIssuerMetadataJson.Default.TrustedIssuerMetadata, cancellation);
            if (read is not Validated<TrustedIssuerMetadata>.Valid { Value: var written })
                return read;

            return Validated.Of(written with
            {
                Issuer = parsed.GetValue(issuer) ?? written.Issuer,
                JwksUri = parsed.GetValue(jwksUri) ?? written.JwksUri,
                Clients = parsed.GetValue(clients) is { Length: > 0 } named ? named : written.Clients,
                UsernameClaim = parsed.GetValue(claim) ?? written.UsernameClaim,
                Scope = parsed.GetValue(scopes) is { Length: > 0 } words ? string.Join(' ', words) : written.Scope,
            });
        }
    }

    private static Command List()
    {
        var paging = new Paging();
        var command = new Command("list", "The trusted issuers, by name.");
        paging.AddTo(command);
        return command.Does(
            work => paging.ShowAsync(work, work.Get<TrustedIssuerOperations>().ListAsync, TrustedIssuerOperations.Document, "issuer", "jwks_uri", "clients", "username_claim", "scope"),
            work => work.ListAsync("/trusted-issuers", "issuer", "jwks_uri", "clients", "username_claim", "scope"));
    }

    private static Command Show()
    {
        var issuer = Issuer();
        return new Command("show", "A trusted issuer; with --json as `create --file` takes it.") { issuer }.Does(async work => work.Tell(
            await work.Get<TrustedIssuerOperations>().FindAsync(work.Parsed.GetRequiredValue(issuer), work.Cancellation), trusted => work.Output.Show(TrustedIssuerOperations.Document(trusted))),
            work => work.ShowAsync($"/trusted-issuers/{work.Part("issuer")}"));
    }

    private static Command Delete()
    {
        var issuer = Issuer();
        return new Command("delete", "Trust an issuer no more. Tokens that were got by its assertions live until they expire.") { issuer }.Ends(
            work => work.ForecastAsync(
                work.Get<TrustedIssuerOperations>().FindAsync(work.Parsed.GetRequiredValue(issuer), work.Cancellation),
                trusted => $"Would trust {trusted.Issuer} no more",
                trusted => new() { ["issuer"] = trusted.Issuer },
                (trusted, dependents) => dependents.OfIssuerAsync(trusted.Issuer, work.Cancellation)),
            async work => work.Tell(
            await work.Get<TrustedIssuerOperations>().DeleteAsync(work.Actor, work.Parsed.GetRequiredValue(issuer), work.Cancellation),
            name => work.Output.Say($"Deleted {name}.", new() { ["issuer"] = name, ["deleted"] = true })),
            work => RemoteCalls.DeleteAsync(work, "/trusted-issuers", "issuer"));
    }
}
