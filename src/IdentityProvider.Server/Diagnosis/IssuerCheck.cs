using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Diagnosis;

namespace IdentityProvider.Server.Diagnosis;

/// <summary>
/// The issuer as a partner's library meets it: its metadata (RFC 8414 §3, OpenID Connect Discovery §4), its TLS and its keys, by the address in the
/// settings and through whatever proxy stands there.
/// </summary>
internal sealed class IssuerCheck(string issuer, TimeProvider clock)
{
    private const string Unreachable = "Start a server (`idp serve`), and look at DNS, the proxy and the firewall between here and there.";

    private const string WrongServer = "Another server answers there, or a proxy changes the path: see the examples in docs/integrating.md.";

    private const int MostBytes = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private DateTimeOffset? _certificateEnds;

    /// <param name="kids">The keys that the database says are published.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(IReadOnlyList<string> kids, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            _certificateEnds = certificate is X509Certificate2 read ? new DateTimeOffset(read.NotAfter) : null;
            return errors == SslPolicyErrors.None;
        };
        using var http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };
        var findings = new List<Finding>();
        if (await GetAsync(http, $"{issuer}/.well-known/openid-configuration", findings, cancellation) is not { } metadata)
            return findings;
        if (_certificateEnds is { } ends)
            findings.Add(DiagnosisRules.Certificate(ends, clock.GetUtcNow()));
        if (Text(metadata["issuer"]) != issuer)
        {
            findings.Add(Finding.Problem("issuer", $"The metadata at {issuer} names another issuer.", WrongServer));
            return findings;
        }

        findings.Add(Finding.Fine("issuer", $"{issuer} answers, and names itself."));
        if (Text(metadata["jwks_uri"]) is { } jwksUri && await GetAsync(http, jwksUri, findings, cancellation) is { } jwks)
            findings.Add(Published(jwks, kids));
        return findings;
    }

    private static Finding Published(JsonObject jwks, IReadOnlyList<string> kids)
    {
        var published = (jwks["keys"] as JsonArray ?? []).Select(key => Text(key?["kid"])).ToHashSet(StringComparer.Ordinal);
        return kids.FirstOrDefault(kid => !published.Contains(kid)) is { } missing
            ? Finding.Problem("jwks", $"The key {missing} of the database is not in the published set: what it signs is refused.", "A proxy keeps an old answer longer than its max-age, or that server works on another database.")
            : Finding.Fine("jwks", $"All {kids.Count} keys are published.");
    }

    private async Task<JsonObject?> GetAsync(HttpClient http, string address, List<Finding> findings, CancellationToken cancellation)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(address), cancellation);
            if (answer.Headers.Date is { } date && findings.Count == 0)
                findings.Add(DiagnosisRules.Clock("the issuer's", clock.GetUtcNow() - date, KeySettings.ClockSkew));
            if (answer.StatusCode == HttpStatusCode.OK && JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)) is JsonObject document)
                return document;
            findings.Add(Finding.Problem("issuer", $"{address} answers {(int)answer.StatusCode}.", WrongServer));
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            findings.Add(Finding.Problem("tls", $"The certificate of {issuer} isn't trusted here{(_certificateEnds is { } ends && ends < clock.GetUtcNow() ? ": it has expired" : "")}.", "It must be valid, for this name, and sent with its intermediates."));
        }
        catch (JsonException)
        {
            findings.Add(Finding.Problem("issuer", $"{address} doesn't answer with a JSON document.", WrongServer));
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            findings.Add(Finding.Problem("issuer", $"{address} can't be reached: {(e is HttpRequestException ? e.GetBaseException().Message.ReplaceLineEndings(" ") : "nothing answered in time")}", Unreachable));
        }

        return null;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
