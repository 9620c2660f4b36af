using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.DPoP;
using IdentityProvider.Protocol.Metadata;
using IdentityProvider.Server.Http;
using Microsoft.Net.Http.Headers;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>What every operation of the Admin API goes through, in this order: nothing is read of a request before it is known who asks.</summary>
internal sealed class AdminEndpoint(AdminAccess access, AdminRates rates, Idempotency idempotency, Settings settings)
{
    public const string KeyHeader = "Idempotency-Key";

    // Never null: the issuer is a web address.
    private readonly string _metadata = ProtectedResourceMetadata.AddressOf(AdminApi.IdentifierOf(settings.Issuer))!;

    public async Task RunAsync(HttpContext http, AdminRoute route)
    {
        // 1. Who asks, and whether they may.
        SentToken? sent = null;
        if (!AdminAccess.Read(http).Try(out sent, out var reason) || !(await access.DecideAsync(http, sent, route)).Try(out var actor, out reason))
        {
            var scope = AdminApi.ScopeOf(route.Area, route.Writes);
            await Problems.ChallengeAsync(http, reason, sent?.IsDPoP == true || reason == Refusal.BoundTokenAsBearer, _metadata, scope);
            return;
        }

        // 2. Not too often.
        if (!rates.TryTake(http, actor))
        {
            await Problems.WriteAsync(http, StatusCodes.Status429TooManyRequests, "too-often", "Too many requests; Retry-After says when to come again.");
            return;
        }

        // 3. With a version in hand where something is overwritten (RFC 6585 §3).
        if (route.NeedsMatch && http.Request.Headers.IfMatch.Count == 0)
        {
            await Problems.WriteAsync(http, StatusCodes.Status428PreconditionRequired, "version-needed", "If-Match must name the version that is to be changed: the ETag of what was read.");
            return;
        }

        // 4. What it says.
        if (!RequestParameters.ReadQuery(http).Try(out var query, out reason))
        {
            await Problems.RefuseAsync(http, reason);
            return;
        }

        if (UnknownOf(query, route) is { } unknown)
        {
            await Problems.WriteAsync(http, Fault.Refused(unknown, "is not a parameter of this"));
            return;
        }

        var body = Array.Empty<byte>();
        if (route.Body is not null)
        {
            if (!(await JsonRequest.ReadAsync(http, route.LongestBody)).Try(out var read, out reason))
            {
                await Problems.RefuseAsync(http, reason);
                return;
            }

            body = read;
        }

        // 5. It is done, once for each key.
        var request = new AdminRequest(http, route, actor, query, body);
        var answer = route.Makes && http.Request.Headers[KeyHeader].ToString() is { Length: > 0 } key
            ? await idempotency.OnceAsync(http, key, request)
            : await route.Handle(request);
        if (answer is not null)
            await AnswerAsync(http, answer);
    }

    private async Task AnswerAsync(HttpContext http, AdminAnswer answer)
    {
        if (answer.Fault is { } fault)
        {
            await Problems.WriteAsync(http, fault);
            return;
        }

        if (answer.Tag is not null)
            http.Response.Headers.ETag = answer.Tag;
        if (answer.Location is { } path)
            http.Response.Headers[HeaderNames.Location] = AdminApi.IdentifierOf(settings.Issuer) + path;
        foreach (var warning in answer.Warnings)
            http.Response.Headers.Append("Idp-Warning", Uri.EscapeDataString(warning));
        if (answer.Lines is { } lines)
        {
            OAuthResults.NoStore(http.Response);
            (http.Response.StatusCode, http.Response.ContentType) = (answer.Status, AdminAnswer.JsonLines);
            await lines(async line =>
            {
                await http.Response.WriteAsync(line, http.RequestAborted);
                await http.Response.WriteAsync("\n", http.RequestAborted);
            });
            return;
        }

        if (answer.Body is { } body)
        {
            await Problems.SendAsync(http, answer.Status, "application/json", body);
            return;
        }

        OAuthResults.NoStore(http.Response);
        http.Response.StatusCode = answer.Status;
    }

    // Nothing that was written is silently ignored.
    private static string? UnknownOf(Parameters query, AdminRoute route) =>
        query.Names.FirstOrDefault(name => !(route.IsPaged && name is "cursor" or "limit") && route.Query.All(known => known.Name != name));
}
