using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using IdentityProvider.Protocol;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// What an authenticator answered (WebAuthn §5.2), field by field from our form. Identity gets it as JSON that is written here from the very bytes
/// that are read here, so that no two readers see two things in one text.
/// </summary>
internal sealed class PasskeyAnswer
{
    public const string Challenge = "challenge";

    // WebAuthn §6.1: the hash of the relying party, the flags, the counter.
    private const int FlagsAt = 32;
    private const int CounterAt = 33;
    private const int LeastAuthenticatorData = 37;
    private const byte UserVerified = 0x04;

    private static readonly string[] KnownTransports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];

    private readonly byte[] _authenticatorData;

    private PasskeyAnswer(byte[] credentialId, byte[] authenticatorData, string json)
    {
        CredentialId = credentialId;
        _authenticatorData = authenticatorData;
        Json = json;
    }

    public byte[] CredentialId { get; }

    /// <summary>RegistrationResponseJSON or AuthenticationResponseJSON (WebAuthn §5.1).</summary>
    public string Json { get; }

    /// <summary>Whether the authenticator verified the person. To be believed only when the signature was found good.</summary>
    public bool IsUserVerified => (_authenticatorData[FlagsAt] & UserVerified) != 0;

    /// <summary>The signature counter; the same holds.</summary>
    public uint SignCount => BinaryPrimitives.ReadUInt32BigEndian(_authenticatorData.AsSpan(CounterAt));

    /// <summary>The answer to a sign-in; null where it isn't one.</summary>
    public static PasskeyAnswer? ReadAssertion(Parameters form)
    {
        if (Bytes(form["credential_id"]) is not { } id || Bytes(form["client_data"]) is not { } clientData || Bytes(form["signature"]) is not { } signature)
            return null;
        if (Bytes(form["authenticator_data"]) is not { Length: >= LeastAuthenticatorData } data)
            return null;
        return new PasskeyAnswer(id, data, Write(id, json =>
        {
            json.WriteString("clientDataJSON", Base64Url.EncodeToString(clientData));
            json.WriteString("authenticatorData", Base64Url.EncodeToString(data));
            json.WriteString("signature", Base64Url.EncodeToString(signature));
            if (Bytes(form["user_handle"]) is { } userHandle)
                json.WriteString("userHandle", Base64Url.EncodeToString(userHandle));
        }));
    }

    /// <summary>The answer to a registration, as JSON; null where it isn't one.</summary>
    public static string? ReadAttestation(Parameters form)
    {
        if (Bytes(form["credential_id"]) is not { } id || Bytes(form["client_data"]) is not { } clientData || Bytes(form["attestation_object"]) is not { } attestation)
            return null;
        return Write(id, json =>
        {
            json.WriteString("clientDataJSON", Base64Url.EncodeToString(clientData));
            json.WriteString("attestationObject", Base64Url.EncodeToString(attestation));
            json.WriteStartArray("transports");
            foreach (var transport in KnownTransports.Intersect((form["transports"] ?? "").Split(' '), StringComparer.Ordinal))
                json.WriteStringValue(transport);
            json.WriteEndArray();
        });
    }

    private static byte[]? Bytes(string? text) => text is { Length: > 0 } && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    private static string Write(byte[] id, Action<Utf8JsonWriter> response)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("id", Base64Url.EncodeToString(id));
            json.WriteString("rawId", Base64Url.EncodeToString(id));
            json.WriteString("type", "public-key");
            json.WriteStartObject("clientExtensionResults");
            json.WriteEndObject();
            json.WriteStartObject("response");
            response(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }
}
