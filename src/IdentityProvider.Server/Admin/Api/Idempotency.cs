using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>
/// Requests that make something are done at most once for each key (draft-ietf-httpapi-idempotency-key-header). The answer is kept for a day, sealed
/// under the master key, since it may tell a secret that is told once: who lost it gets it by the same key and body, and nobody else.
/// </summary>
internal sealed class Idempotency(IdempotentRequests requests, MasterKey masterKey, Entropy entropy, TimeProvider clock)
{
    /// <summary>Of a key, in characters.</summary>
    public const int LongestKey = 255;

    private static readonly TimeSpan LongestUnderWay = TimeSpan.FromMinutes(1);

    /// <summary>Does it, or tells what was answered when it was done; null where the answer is written already.</summary>
    public async Task<AdminAnswer?> OnceAsync(HttpContext http, string key, AdminRequest request)
    {
        if (key.Length > LongestKey || !PlainText.IsPlain(key, LongestKey))
            return Fault.Refused(AdminEndpoint.KeyHeader, $"must be plain text of at most {LongestKey} characters");
        var who = request.Actor.Who;
        var keyHash = HashOf(who.Kind.ToString(), who.ClientId ?? "", who.Name ?? "", request.Route.Name, http.Request.Path.ToUriComponent(), key);
        var (bodyHash, attempt, now) = (SHA256.HashData(request.Body.Span), entropy.NewId(), clock.GetUtcNow());
        if (await requests.BeginAsync(keyHash, bodyHash, attempt, now, request.Cancellation) is { } begun)
            return await RepeatAsync(http, keyHash, bodyHash, begun, now);

        var answer = await request.Route.Handle(request);
        if (answer.Fault is not null)
            await requests.ForgetAsync(keyHash, attempt, CancellationToken.None);
        else
            await requests.EndAsync(keyHash, attempt, masterKey.Encrypt(Write(answer), BoundTo(keyHash)), CancellationToken.None);
        return answer;
    }

    private async Task<AdminAnswer?> RepeatAsync(HttpContext http, byte[] keyHash, byte[] bodyHash, BegunRequest begun, DateTimeOffset now)
    {
        // 1. The same key is the same request.
        if (!CryptographicOperations.FixedTimeEquals(begun.BodyHash, bodyHash))
            return Fault.Refused(AdminEndpoint.KeyHeader, "stands for another request already");

        // 2. Its answer, to whoever repeats it.
        if (begun.SealedAnswer is { } answered && TryOpen(answered, keyHash) is { } answer)
        {
            http.Response.Headers["Idempotency-Replayed"] = "true";
            return answer;
        }

        // 3. It is under way, or its end is not known: then it is not done again.
        var isUnderWay = now - begun.BegunAt < LongestUnderWay;
        if (isUnderWay)
            http.Response.Headers.RetryAfter = "1";
        await Problems.WriteAsync(
            http,
            StatusCodes.Status409Conflict,
            isUnderWay ? "under-way" : "outcome-unknown",
            isUnderWay ? "The same request is under way." : "The same request began, and it is not known how it ended: look whether it was done, and use another key if not.");
        return null;
    }

    private AdminAnswer? TryOpen(byte[] answered, byte[] keyHash)
    {
        try
        {
            var read = JsonNode.Parse(masterKey.Decrypt(answered, BoundTo(keyHash)))!;
            return new AdminAnswer((int)read["status"]!, read["body"]?.DeepClone()) { Tag = (string?)read["tag"], Location = (string?)read["location"] };
        }
        catch (CryptographicException)
        {
            return null; // of another master key
        }
    }

    private static byte[] Write(AdminAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["status"] = answer.Status, ["body"] = answer.Body?.DeepClone(), ["tag"] = answer.Tag, ["location"] = answer.Location }, AdminJson.Default.JsonObject);

    private static byte[] BoundTo(byte[] keyHash) => [.. "idempotency/"u8, .. keyHash];

    // Each with its length before it, so that no two lists meet.
    private static byte[] HashOf(params string[] texts) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(texts.Select(text => $"{text.Length}:{text}"))));
}
