using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace IdentityProvider.Protocol.Users;

/// <summary>
/// A password's hash that an operator brings from another system: the text that is kept of it, or the one thing to correct. Known are ASP.NET Core
/// Identity's two forms, and PBKDF2 as Keycloak exports it, and as Django and passlib print it.
/// </summary>
public static class PasswordHashRules
{
    private const string Member = "password_hash";

    /// <summary>Longer than any of the known forms, in characters.</summary>
    private const int Longest = 4000;

    private static readonly string[] Bcrypt = ["$2a$", "$2b$", "$2x$", "$2y$", "bcrypt$", "bcrypt_sha256$", "$bcrypt-sha256$"];
    private static readonly string[] Argon2 = ["$argon2", "argon2$"];
    private static readonly string[] Scrypt = ["$scrypt$", "scrypt$", "$7$", "scrypt:"];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Reads and decides.</summary>
    public static Validated<string> Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var given = text.Trim();
        if (given.Length is 0 or > Longest)
            return Wrong($"must have 1 to {Longest} characters");
        if (NotVerifiable(given) is { } function)
            return Unverifiable(function);
        var kept = given[0] switch
        {
            '{' => OfKeycloak(given),
            '$' => Kept(Pbkdf2Hash.Parse(given)),
            _ when given.StartsWith("pbkdf2_", StringComparison.Ordinal) => OfDjango(given),
            _ => OfIdentity(given),
        };
        return kept ?? Wrong(
            "is in no form that is known (ASP.NET Core Identity's, or PBKDF2 as Keycloak, Django or passlib write it), "
            + $"or has not {Pbkdf2Hash.FewestRounds} to {Pbkdf2Hash.MostRounds} rounds");
    }

    /// <summary>
    /// What verifying a hash that is kept here costs, in rounds of HMAC-SHA-512. What is missing of the usual is done beside it, so that nobody
    /// learns by the clock whose hash came from elsewhere.
    /// </summary>
    public static int WorkOf(string kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (kept.StartsWith('$'))
            return Pbkdf2Hash.Parse(kept)?.Work ?? 0;
        return Pbkdf2Hash.ReadBase64(kept) switch
        {
            [1, ..] and { Length: > 13 } bytes => (int)(RoundsOf(bytes) * (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) == 2 ? 1 : 0.45)),
            _ => 0,
        };
    }

    private static Validated<string>? OfIdentity(string text)
    {
        var isOne = Pbkdf2Hash.ReadBase64(text) switch
        {
            [0, ..] and { Length: 1 + 16 + 32 } => true, // version 2: 1000 rounds of SHA-1
            [1, ..] and { Length: > 13 } bytes => IsVersion3(bytes),
            _ => false,
        };
        return isOne ? new Validated<string>.Valid(text) : null;
    }

    // Function, rounds, length of the salt, salt, hash.
    private static bool IsVersion3(byte[] bytes)
    {
        var function = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1));
        var salt = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9));
        if (function > 2 || salt is < 16 or > Pbkdf2Hash.LongestSalt)
            return false;
        var hash = bytes.Length - 13 - (int)salt;
        var blocks = Math.Ceiling(hash / (function switch { 0 => 20.0, 1 => 32.0, _ => 64.0 }));
        return hash is >= 16 and <= 64 && RoundsOf(bytes) >= Pbkdf2Hash.FewestRounds && RoundsOf(bytes) * blocks <= Pbkdf2Hash.MostRounds;
    }

    private static uint RoundsOf(byte[] version3) => BinaryPrimitives.ReadUInt32BigEndian(version3.AsSpan(5));

    // Its salt is text, and goes in as the bytes of it.
    private static Validated<string>? OfDjango(string text) =>
        text.Split('$') is [var function, var rounds, var salt, var hash] && Pbkdf2Hash.ReadRounds(rounds) is { } count
            ? Kept(Pbkdf2Hash.Of(function switch { "pbkdf2_sha1" => "pbkdf2", "pbkdf2_sha256" => "pbkdf2-sha256", _ => "" }, count, Encoding.UTF8.GetBytes(salt), Pbkdf2Hash.ReadBase64(hash)))
            : null;

    // A credential of a user's export: two members hold JSON in a text.
    private static Validated<string>? OfKeycloak(string text)
    {
        try
        {
            var credential = JsonElement.Parse(text, Strict);
            var secret = Inner(credential, "secretData");
            var data = Inner(credential, "credentialData");
            var algorithm = data.GetProperty("algorithm").GetString() ?? "";
            if (algorithm is "argon2")
                return Unverifiable(algorithm);
            return Kept(Pbkdf2Hash.Of(
                algorithm,
                data.GetProperty("hashIterations").GetInt32(),
                Pbkdf2Hash.ReadBase64(secret.GetProperty("salt").GetString() ?? ""),
                Pbkdf2Hash.ReadBase64(secret.GetProperty("value").GetString() ?? "")));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static JsonElement Inner(JsonElement credential, string member) => JsonElement.Parse(credential.GetProperty(member).GetString() ?? "", Strict);

    private static Validated<string>? Kept(Pbkdf2Hash? hash) => hash is null ? null : new Validated<string>.Valid(hash.ToString());

    private static string? NotVerifiable(string text)
    {
        return Begins(Bcrypt) ? "bcrypt" : Begins(Argon2) ? "argon2" : Begins(Scrypt) ? "scrypt" : null;

        bool Begins(string[] marks) => marks.Any(mark => text.StartsWith(mark, StringComparison.Ordinal));
    }

    private static Validated<string> Unverifiable(string function) =>
        Wrong($"is made by {function}, which the framework can't verify: let the person set a new password");

    private static Validated<string> Wrong(string message) => new MetadataError(Member, message);
}
