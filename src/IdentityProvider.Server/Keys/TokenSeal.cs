using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Keys;

/// <summary>
/// Seals what this server gives to a browser and wants back as it was, under the master key and for one purpose, as text that an address, a form or a
/// cookie can hold. How long it counts is for the content to say.
/// </summary>
/// <param name="protection">Holds the master key.</param>
/// <param name="purpose">What is sealed for one opens for no other.</param>
internal sealed class TokenSeal(IDataProtectionProvider protection, string purpose)
{
    private readonly IDataProtector _protector = protection.CreateProtector(purpose);

    public string Seal(byte[] content) => Base64Url.EncodeToString(_protector.Protect(content));

    /// <summary>As JSON.</summary>
    public string Seal<T>(T content, JsonSerializerOptions? options = null)
        where T : class => Seal(JsonSerializer.SerializeToUtf8Bytes(content, options));

    /// <summary>What was sealed; null where it was none of ours.</summary>
    public byte[]? Open(string? token)
    {
        if (token is null || !Base64Url.IsValid(token))
            return null;
        try
        {
            return _protector.Unprotect(Base64Url.DecodeFromChars(token));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>What was sealed as JSON; null where it was none of ours.</summary>
    public T? Open<T>(string? token)
        where T : class => Open(token) is { } content ? JsonSerializer.Deserialize<T>(content) : null;
}
